/* SPDX-License-Identifier: Apache-2.0 */
/* The asynchronous API: batches, their times, and what happens when the chip misbehaves. */
#include <zephyr/drivers/sensor.h>
#include <zephyr/rtio/rtio.h>
#include <zephyr/ztest.h>

#include "fixture.h"

#define WATERMARK   17
#define PERIOD_US   10000
#define COUNTS(q31) ((uint32_t)(q31) >> 13) /* shift 18 */

SENSOR_DT_READ_IODEV(ppg_read, PPG_NODE, {SENSOR_CHAN_GREEN, 0});
SENSOR_DT_STREAM_IODEV(ppg_stream, PPG_NODE,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});
RTIO_DEFINE_WITH_MEMPOOL(context, 4, 4, 16, 64, 4);

static const struct sensor_decoder_api *decoder;
static struct rtio_sqe *stream;

static struct {
	int64_t first_us;
	uint32_t period_ns;
	int samples;
	bool lost;
	int led_ua;
	uint32_t counts[MAX3010X_FIFO_DEPTH];
} got;

/* Wait for a completion and decode it. @return its result; -EAGAIN if none came in time */
static int receive(int within_ms)
{
	static uint8_t decoded[sizeof(struct sensor_q31_data) +
			       (MAX3010X_FIFO_DEPTH - 1) *
				       sizeof(struct sensor_q31_sample_data)] __aligned(8);
	struct sensor_q31_data *out = (struct sensor_q31_data *)decoded;
	struct sensor_chan_spec green = {SENSOR_CHAN_GREEN, 0};
	struct rtio_cqe *cqe = NULL;
	uint8_t *buffer = NULL;
	uint32_t length = 0;
	uint32_t fit = 0;
	int result;

	for (int ms = 0; cqe == NULL && ms <= within_ms; ms++) {
		cqe = rtio_cqe_consume(&context);
		if (cqe == NULL) {
			k_msleep(1);
		}
	}
	if (cqe == NULL) {
		return -EAGAIN;
	}
	result = cqe->result;
	if (result == 0) {
		zassert_ok(rtio_cqe_get_mempool_buffer(&context, cqe, &buffer, &length));
		got.samples = decoder->decode(buffer, green, &fit, MAX3010X_FIFO_DEPTH, out);
		zassert_between_inclusive(got.samples, 1, MAX3010X_FIFO_DEPTH);
		zassert_equal(out->shift, 18);
		zassert_equal(decoder->decode(buffer, green, &fit, 1, out), 0, "no more frames");
		got.first_us = out->header.base_timestamp_ns / 1000;
		got.period_ns = got.samples > 1 ? out->readings[1].timestamp_delta : 0;
		got.lost = decoder->has_trigger(buffer, SENSOR_TRIG_FIFO_FULL);
		zassert_true(decoder->has_trigger(buffer, SENSOR_TRIG_FIFO_WATERMARK));
		got.led_ua = ((const struct max3010x_batch *)buffer)->led_ua[0];
		for (int i = 0; i < got.samples; i++) {
			got.counts[i] = COUNTS(out->readings[i].value);
		}
		rtio_release_buffer(&context, buffer, length);
	}
	rtio_cqe_release(&context, cqe);
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

/* @return time of the first sample */
static int64_t oscillate(uint32_t first, int samples, uint32_t period_us)
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

/* Forget what was measured: this oscillator stops and starts as no chip's does. */
static void calibrate(void)
{
	struct sensor_value period = {.val1 = PERIOD_US * 1000};

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, MAX3010X_ATTR_PERIOD, &period));
}

static void before(void *unused)
{
	ARG_UNUSED(unused);
	zassert_ok(sensor_get_decoder(ppg, &decoder));
	calibrate();
	while (sensor_sample_fetch(ppg) == 0) {
		/* empties the FIFO */
	}
	zassert_ok(sensor_stream(&ppg_stream, &context, NULL, &stream));
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	k_timer_stop(&oscillator.timer);
	max3010x_emul_vanish(chip, false);
	max3010x_emul_nack(chip, 0, 0);
	max3010x_emul_mute(chip, 0);
	rtio_sqe_cancel(stream);
	k_msleep(2 * MAX3010X_RETRY_MS);
	/* A last batch finds the request cancelled and ends the stream. */
	push(0, MAX3010X_FIFO_DEPTH);
	k_msleep(10);
	push(0, MAX3010X_FIFO_DEPTH);
	k_msleep(10);
	while (receive(1) != -EAGAIN) {
		/* what was under way */
	}
}

ZTEST_SUITE(max3010x_stream, NULL, NULL, before, after, NULL);

static void expect_batch(uint32_t first_counts, int samples, int64_t first_us)
{
	zassert_ok(receive(1000));
	zassert_equal(got.samples, samples, "%d samples", got.samples);
	zassert_equal(got.first_us, first_us, "%lld, not %lld us", got.first_us, first_us);
	for (int i = 0; i < samples; i++) {
		zassert_equal(got.counts[i], first_counts + i);
	}
}

ZTEST(max3010x_stream, test_a_batch_carries_the_time_of_its_first_sample)
{
	int64_t start = oscillate(100000, 3 * WATERMARK, PERIOD_US);

	for (int i = 0; i < 3; i++) {
		expect_batch(100000 + i * WATERMARK, WATERMARK,
			     start + (int64_t)i * WATERMARK * PERIOD_US);
		zassert_equal(got.period_ns, PERIOD_US * 1000);
		zassert_false(got.lost);
	}
}

ZTEST(max3010x_stream, test_late_service_keeps_the_times)
{
	int64_t start = oscillate(500, 2 * WATERMARK + 3, PERIOD_US);

	/* Cooperative as the work queue is, this thread holds it up for three samples more. */
	k_sched_lock();
	k_busy_wait((WATERMARK + 3) * PERIOD_US);
	k_sched_unlock();
	expect_batch(500, WATERMARK + 3, start);
	expect_batch(500 + WATERMARK + 3, WATERMARK, start + (WATERMARK + 3) * PERIOD_US);
}

ZTEST(max3010x_stream, test_the_period_is_measured)
{
	/* The chip's clock runs 2 % slow. */
	const int slow_us = PERIOD_US * 102 / 100;
	const int batches = 40;
	int64_t start = oscillate(0, batches * WATERMARK, slow_us);

	for (int i = 0; i < batches; i++) {
		zassert_ok(receive(1000));
	}
	zassert_within(got.period_ns, slow_us * 1000, slow_us, "period %u ns", got.period_ns);
	/* Within a tenth of a period from the first batch on; now within 100 us. */
	zassert_within(got.first_us, start + (int64_t)(batches - 1) * WATERMARK * slow_us, 100);
}

ZTEST(max3010x_stream, test_overflow_is_reported)
{
	struct max3010x_counters first, then;

	max3010x_counters(ppg, &first);
	k_sched_lock();
	push(1000, MAX3010X_FIFO_DEPTH + 8);
	k_sched_unlock();
	zassert_ok(receive(100));
	zassert_equal(got.samples, MAX3010X_FIFO_DEPTH);
	zassert_equal(got.counts[0], 1000);
	zassert_equal(got.counts[31], 1031);
	zassert_true(got.lost);
	max3010x_counters(ppg, &then);
	zassert_equal(then.overflows, first.overflows + 1);
	zassert_equal(then.lost, first.lost + 8);

	/* And on as if nothing had been. */
	expect_batch(7, WATERMARK, oscillate(7, WATERMARK, PERIOD_US));
	zassert_false(got.lost);
}

ZTEST(max3010x_stream, test_nack_ends_the_request_and_streaming_recovers)
{
	struct max3010x_counters first, then;

	/* Of the status, the pointers, the samples; often enough to notice a leaked buffer. */
	for (int i = 0; i < 12; i++) {
		max3010x_counters(ppg, &first);
		max3010x_emul_nack(chip, i % 3, 1);
		oscillate(0, WATERMARK, PERIOD_US);
		zassert_equal(receive(1000), -EIO);
		k_msleep(MAX3010X_RETRY_MS + 1);
		max3010x_counters(ppg, &then);
		zassert_equal(then.bus_errors, first.bus_errors + 1);
		zassert_equal(then.recoveries, first.recoveries + 1);
		calibrate();
		expect_batch(50, WATERMARK, oscillate(50, WATERMARK, PERIOD_US));
	}
}

ZTEST(max3010x_stream, test_a_chip_that_vanishes_comes_back)
{
	struct max3010x_counters first, then;

	max3010x_counters(ppg, &first);
	max3010x_emul_vanish(chip, true);
	oscillate(0, WATERMARK, PERIOD_US);
	zassert_equal(receive(1000), -EIO);
	k_msleep(5 * MAX3010X_RETRY_MS / 2);
	max3010x_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries);
	zassert_true(then.bus_errors > first.bus_errors);

	max3010x_emul_power_cycle(chip);
	max3010x_emul_vanish(chip, false);
	k_msleep(3 * MAX3010X_RETRY_MS / 4);
	zassert_equal(max3010x_emul_get_reg(chip, 0x0e), 50, "LED current is back");
	zassert_equal(max3010x_emul_get_reg(chip, 0x09), 0x07, "and the mode");
	max3010x_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries + 1);
	expect_batch(9, WATERMARK, oscillate(9, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_another_part_in_its_place_is_not_used)
{
	max3010x_emul_vanish(chip, true);
	oscillate(0, WATERMARK, PERIOD_US);
	zassert_equal(receive(1000), -EIO);
	max3010x_emul_power_cycle(chip);
	max3010x_emul_set_reg(chip, 0xff, 0x11);
	max3010x_emul_vanish(chip, false);
	k_msleep(3 * MAX3010X_RETRY_MS);
	zassert_equal(max3010x_emul_get_reg(chip, 0x09), 0, "left alone");

	max3010x_emul_set_reg(chip, 0xff, 0x15);
	k_msleep(MAX3010X_RETRY_MS + 1);
	expect_batch(3, WATERMARK, oscillate(3, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_reset_behind_our_back_is_noticed)
{
	struct max3010x_counters first, then;

	max3010x_counters(ppg, &first);
	max3010x_emul_power_cycle(chip);
	k_msleep(2 * WATERMARK * PERIOD_US / 1000 + 1);
	max3010x_counters(ppg, &then);
	zassert_true(then.recoveries > first.recoveries);
	expect_batch(11, WATERMARK, oscillate(11, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_stuck_fifo_is_noticed)
{
	struct max3010x_counters first, then;

	max3010x_counters(ppg, &first);
	push(0, 3);
	max3010x_emul_stick(chip);
	push(3, WATERMARK);
	k_msleep(4 * WATERMARK * PERIOD_US / 1000 + 1);
	max3010x_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries + 1);
	zassert_equal(then.lost, first.lost + 3);
	expect_batch(21, WATERMARK, oscillate(21, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_lost_interrupt_is_noticed)
{
	struct max3010x_counters first, then;

	max3010x_counters(ppg, &first);
	max3010x_emul_mute(chip, 1);
	push(0, WATERMARK + 1);
	k_msleep(2 * WATERMARK * PERIOD_US / 1000 + 1);
	max3010x_counters(ppg, &then);
	zassert_equal(then.lost_interrupts, first.lost_interrupts + 1);
	zassert_equal(then.lost, first.lost + WATERMARK + 1);
	expect_batch(21, WATERMARK, oscillate(21, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_reader_that_is_behind_loses_samples_only)
{
	struct max3010x_counters first, then;
	int batches = 0;

	max3010x_counters(ppg, &first);
	oscillate(0, 20 * WATERMARK, PERIOD_US);
	k_msleep(20 * WATERMARK * PERIOD_US / 1000 + 10);
	max3010x_counters(ppg, &then);
	zassert_true(then.lost > first.lost);
	while (receive(1) != -EAGAIN) {
		batches++;
	}
	zassert_true(batches > 0);
	expect_batch(31, WATERMARK, oscillate(31, WATERMARK, PERIOD_US));
}

static void light(int32_t ua)
{
	struct sensor_value current = {.val1 = ua};

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, MAX3010X_ATTR_LED_CURRENT, &current));
}

/* The emulator's light is half at half the current. */
ZTEST(max3010x_stream, test_a_batch_has_one_led_current)
{
	oscillate(1000, 3 * WATERMARK, PERIOD_US);
	k_msleep(WATERMARK * PERIOD_US / 2000);
	light(5000);
	zassert_ok(receive(1000));
	zassert_equal(got.led_ua, 10000);
	for (int i = 0; i < WATERMARK; i++) {
		zassert_equal(got.counts[i], 1000 + i);
	}
	zassert_ok(receive(1000));
	zassert_equal(got.led_ua, 5000);
	for (int i = 0; i < WATERMARK; i++) {
		zassert_equal(got.counts[i], (1000 + WATERMARK + i) / 2);
	}
	light(10000);
	zassert_ok(receive(1000));
	zassert_equal(got.led_ua, 5000);
	oscillate(50, WATERMARK, PERIOD_US);
	zassert_ok(receive(1000));
	zassert_equal(got.led_ua, 10000);
	zassert_equal(got.counts[WATERMARK - 1], 50 + WATERMARK - 1);
}

ZTEST(max3010x_stream, test_the_fifo_belongs_to_the_stream)
{
	push(0, 1);
	zassert_equal(sensor_sample_fetch(ppg), -EBUSY);
	zassert_ok(sensor_read_async_mempool(&ppg_read, &context, NULL));
	zassert_equal(receive(10), -EBUSY);
}

ZTEST_SUITE(max3010x_read, NULL, NULL, NULL, NULL, NULL);

ZTEST(max3010x_read, test_one_shot_read_takes_all_there_is)
{
	zassert_ok(sensor_get_decoder(ppg, &decoder));
	while (sensor_sample_fetch(ppg) == 0) {
		/* empties the FIFO */
	}
	k_msleep(5 * PERIOD_US / 1000); /* no sample is older than the clock */
	push(262100, 5);
	zassert_ok(sensor_read_async_mempool(&ppg_read, &context, NULL));
	zassert_ok(receive(10));
	zassert_equal(got.samples, 5);
	zassert_equal(got.counts[4], 262104);
	zassert_within(got.first_us, k_ticks_to_us_floor64(k_uptime_ticks()) - 4 * PERIOD_US, 2000);

	zassert_ok(sensor_read_async_mempool(&ppg_read, &context, NULL));
	zassert_equal(receive(10), -ENODATA);
}
