/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <string.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/rtio/rtio.h>
#include <zephyr/ztest.h>

SENSOR_DT_STREAM_IODEV(iodev, NODE, {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});
RTIO_DEFINE_WITH_MEMPOOL(context, 4, 4, 32, 64, 8);

static uint8_t copy[PULSE_PPG_BATCH_SIZE(FIFO, CHANNELS)] __aligned(8);
static struct rtio_sqe *stream;
static struct {
	struct k_timer timer;
	uint32_t next;
	int64_t due_us;
	int left;
} oscillator;

const struct pulse_ppg_batch *got = (const struct pulse_ppg_batch *)copy;

void open_stream(void)
{
	struct sensor_value period = {.val1 = PERIOD_US * 1000};

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PERIOD, &period));
	zassert_ok(sensor_stream(&iodev, &context, NULL, &stream));
}

int receive(int within_ms)
{
	struct rtio_cqe *done = NULL;
	uint8_t *buffer = NULL;
	uint32_t length = 0;

	for (int ms = 0; done == NULL && ms <= within_ms; ms++) {
		done = rtio_cqe_consume(&context);
		if (done == NULL) {
			k_msleep(1);
		}
	}
	if (done == NULL) {
		return -EAGAIN;
	}

	int result = done->result;

	if (result == 0) {
		zassert_ok(rtio_cqe_get_mempool_buffer(&context, done, &buffer, &length));
		memcpy(copy, buffer, MIN(length, sizeof(copy))); /* its memory comes in blocks */
		rtio_release_buffer(&context, buffer, length);
	}
	rtio_cqe_release(&context, done);
	return result;
}

void close_stream(void)
{
	k_timer_stop(&oscillator.timer);
	pulse_ppg_emul_vanish(chip, false);
	pulse_ppg_emul_nack(chip, 0, 0);
	pulse_ppg_emul_mute(chip, 0);
	rtio_sqe_cancel(stream);
	k_msleep(3 * PULSE_PPG_RETRY_MS);
	while (receive(1) != -EAGAIN) {
		/* what was under way */
	}
}

uint32_t counts_of(uint32_t n, int channel)
{
	return n + 1000 * channel;
}

void push(uint32_t first, int count)
{
	for (int i = 0; i < count; i++) {
		const uint32_t counts[CHANNELS] = {counts_of(first + i, 0), counts_of(first + i, 1),
						   counts_of(first + i, 2),
						   counts_of(first + i, 3)};

		pulse_ppg_emul_push(chip, counts);
	}
}

static void tick(struct k_timer *timer)
{
	push(oscillator.next++, 1);
	oscillator.due_us += PERIOD_US;
	if (--oscillator.left > 0) {
		k_timer_start(timer, K_TIMEOUT_ABS_US(oscillator.due_us), K_NO_WAIT);
	}
}

int64_t oscillate(uint32_t first, int count)
{
	int64_t start = k_ticks_to_us_floor64(k_uptime_ticks()) + 1000;

	k_timer_init(&oscillator.timer, tick, NULL);
	oscillator.next = first;
	oscillator.due_us = start;
	oscillator.left = count;
	k_timer_start(&oscillator.timer, K_TIMEOUT_ABS_US(start), K_NO_WAIT);
	return start;
}

void expect_batch(uint32_t first, int samples, int64_t first_us)
{
	zassert_ok(receive(1000));
	zassert_equal(got->samples, samples, "%d samples", got->samples);
	zassert_equal(pulse_ppg_time_us(got, 0), first_us);
	for (int i = 0; i < samples; i++) {
		for (int channel = 0; channel < CHANNELS; channel++) {
			zassert_equal(pulse_ppg_counts(got, i, channel),
				      counts_of(first + i, channel));
		}
	}
}

struct pulse_ppg_counters since(void)
{
	static struct pulse_ppg_counters before;
	struct pulse_ppg_counters now, passed;

	pulse_ppg_counters(ppg, &now);
	passed = (struct pulse_ppg_counters){
		.batches = now.batches - before.batches,
		.samples = now.samples - before.samples,
		.lost = now.lost - before.lost,
		.overflows = now.overflows - before.overflows,
		.bus_errors = now.bus_errors - before.bus_errors,
		.lost_interrupts = now.lost_interrupts - before.lost_interrupts,
		.recoveries = now.recoveries - before.recoveries,
		.mixed = now.mixed - before.mixed,
		.proximities = now.proximities - before.proximities,
	};
	before = now;
	return passed;
}
