/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <zephyr/ztest.h>

#include "fixture.h"

#define COUNTS(q31) ((uint32_t)(q31) >> 13) /* shift 18 */

SENSOR_DT_STREAM_IODEV(ppg_stream, PPG_NODE,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});
RTIO_DEFINE_WITH_MEMPOOL(stream_context, 4, 4, 16, 64, 4);

static const struct sensor_decoder_api *decoder;
static struct rtio_sqe *stream;

struct batch got;

int receive(int within_ms)
{
	static uint8_t
		decoded[sizeof(struct sensor_q31_data) +
			(FIFO_DEPTH - 1) * sizeof(struct sensor_q31_sample_data)] __aligned(8);
	struct sensor_q31_data *out = (struct sensor_q31_data *)decoded;
	struct sensor_chan_spec green = {SENSOR_CHAN_GREEN, 0};
	struct rtio_cqe *cqe = NULL;
	uint8_t *buffer = NULL;
	uint32_t length = 0;
	uint32_t fit = 0;
	int result;

	for (int ms = 0; cqe == NULL && ms <= within_ms; ms++) {
		cqe = rtio_cqe_consume(&stream_context);
		if (cqe == NULL) {
			k_msleep(1);
		}
	}
	if (cqe == NULL) {
		return -EAGAIN;
	}
	result = cqe->result;
	if (result == 0) {
		zassert_ok(rtio_cqe_get_mempool_buffer(&stream_context, cqe, &buffer, &length));
		got.samples = decoder->decode(buffer, green, &fit, FIFO_DEPTH, out);
		zassert_between_inclusive(got.samples, 1, FIFO_DEPTH);
		zassert_equal(out->shift, 18);
		zassert_equal(decoder->decode(buffer, green, &fit, 1, out), 0, "no more frames");
		got.first_us = out->header.base_timestamp_ns / 1000;
		got.period_ns = got.samples > 1 ? out->readings[1].timestamp_delta : 0;
		got.lost = decoder->has_trigger(buffer, SENSOR_TRIG_FIFO_FULL);
		zassert_true(decoder->has_trigger(buffer, SENSOR_TRIG_FIFO_WATERMARK));
		got.led_ua = ((const struct pulse_ppg_batch *)buffer)->led_ua[0];
		for (int i = 0; i < got.samples; i++) {
			got.counts[i] = COUNTS(out->readings[i].value);
		}
		rtio_release_buffer(&stream_context, buffer, length);
	}
	rtio_cqe_release(&stream_context, cqe);
	return result;
}

/* The chip's oscillator: a timer that pushes a sample a period, as a recording does. */
static struct {
	struct k_timer timer;
	uint32_t next;  /* counts of the next sample */
	int64_t due_us; /* and its time */
	uint32_t period_us;
	int left;
} oscillator;

static void tick(struct k_timer *timer)
{
	push(oscillator.next++, 1);
	oscillator.due_us += oscillator.period_us;
	if (--oscillator.left > 0) {
		k_timer_start(timer, K_TIMEOUT_ABS_US(oscillator.due_us), K_NO_WAIT);
	}
}

int64_t oscillate(uint32_t first, int samples, uint32_t period_us)
{
	int64_t start = k_ticks_to_us_floor64(k_uptime_ticks()) + 1000;

	k_timer_init(&oscillator.timer, tick, NULL);
	oscillator.next = first;
	oscillator.due_us = start;
	oscillator.period_us = period_us;
	oscillator.left = samples;
	k_timer_start(&oscillator.timer, K_TIMEOUT_ABS_US(start), K_NO_WAIT);
	return start;
}

void calibrate(void)
{
	struct sensor_value period = {.val1 = PERIOD_US * 1000};

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PERIOD, &period));
}

void open_stream(void)
{
	zassert_ok(sensor_get_decoder(ppg, &decoder));
	calibrate();
	zassert_ok(sensor_stream(&ppg_stream, &stream_context, NULL, &stream));
}

void cancel_stream(void)
{
	rtio_sqe_cancel(stream);
}

void close_stream(void)
{
	k_timer_stop(&oscillator.timer);
	pulse_ppg_emul_vanish(chip, false);
	pulse_ppg_emul_nack(chip, 0, 0);
	pulse_ppg_emul_mute(chip, 0);
	cancel_stream();
	/* The driver's next look at the silent chip ends the stream. */
	k_msleep(2 * PULSE_PPG_RETRY_MS);
	while (receive(1) != -EAGAIN) {
		/* what was under way */
	}
}

void expect_batch(uint32_t first_counts, int samples, int64_t first_us)
{
	zassert_ok(receive(1000));
	zassert_equal(got.samples, samples, "%d samples", got.samples);
	zassert_equal(got.first_us, first_us, "%lld, not %lld us", got.first_us, first_us);
	for (int i = 0; i < samples; i++) {
		zassert_equal(got.counts[i], first_counts + i);
	}
}
