/* SPDX-License-Identifier: Apache-2.0 */
/* The asynchronous API: batches, their times, and what happens when the chip misbehaves. */
#include <zephyr/ztest.h>

#include "fixture.h"
#include "stream.h"

SENSOR_DT_READ_IODEV(ppg_read, PPG_NODE, {SENSOR_CHAN_GREEN, 0});

static void before(void *unused)
{
	ARG_UNUSED(unused);
	while (sensor_sample_fetch(ppg) == 0) {
		/* empties the FIFO */
	}
	open_stream();
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	close_stream();
}

ZTEST_SUITE(max3010x_stream, NULL, NULL, before, after, NULL);

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

/* Its data sheet allows a few percent; a copy of the part may be off by more than 1/16. */
static void check_far_clock(int period_us)
{
	const int batches = 12;
	int64_t start = oscillate(0, batches * WATERMARK, period_us);

	for (int i = 0; i < batches; i++) {
		zassert_ok(receive(1000));
	}
	zassert_within(got.period_ns, period_us * 1000, period_us, "period %u ns", got.period_ns);
	zassert_within(got.first_us, start + (int64_t)(batches - 1) * WATERMARK * period_us, 100);
}

ZTEST(max3010x_stream, test_a_clock_that_is_ten_percent_slow_is_learnt)
{
	check_far_clock(PERIOD_US * 110 / 100);
}

ZTEST(max3010x_stream, test_a_clock_that_is_nine_percent_fast_is_learnt)
{
	check_far_clock(PERIOD_US * 91 / 100);
}

ZTEST(max3010x_stream, test_overflow_is_reported)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	k_sched_lock();
	push(1000, FIFO_DEPTH + 8);
	k_sched_unlock();
	zassert_ok(receive(100));
	zassert_equal(got.samples, FIFO_DEPTH);
	zassert_equal(got.counts[0], 1000);
	zassert_equal(got.counts[31], 1031);
	zassert_true(got.lost);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.overflows, first.overflows + 1);
	zassert_equal(then.lost, first.lost + 8);

	/* And on as if nothing had been. */
	expect_batch(7, WATERMARK, oscillate(7, WATERMARK, PERIOD_US));
	zassert_false(got.lost);
}

ZTEST(max3010x_stream, test_nack_ends_the_request_and_streaming_recovers)
{
	struct pulse_ppg_counters first, then;

	/* Of the status, the pointers, the samples; often enough to notice a leaked buffer. */
	for (int i = 0; i < 12; i++) {
		pulse_ppg_counters(ppg, &first);
		pulse_ppg_emul_nack(chip, i % 3, 1);
		oscillate(0, WATERMARK, PERIOD_US);
		zassert_equal(receive(1000), -EIO);
		k_msleep(PULSE_PPG_RETRY_MS + 1);
		pulse_ppg_counters(ppg, &then);
		zassert_equal(then.bus_errors, first.bus_errors + 1);
		zassert_equal(then.recoveries, first.recoveries + 1);
		calibrate();
		expect_batch(50, WATERMARK, oscillate(50, WATERMARK, PERIOD_US));
	}
}

ZTEST(max3010x_stream, test_a_chip_that_vanishes_comes_back)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	pulse_ppg_emul_vanish(chip, true);
	oscillate(0, WATERMARK, PERIOD_US);
	zassert_equal(receive(1000), -EIO);
	k_msleep(5 * PULSE_PPG_RETRY_MS / 2);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries);
	zassert_true(then.bus_errors > first.bus_errors);

	pulse_ppg_emul_power_cycle(chip);
	pulse_ppg_emul_vanish(chip, false);
	k_msleep(3 * PULSE_PPG_RETRY_MS / 4);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0e), 50, "LED current is back");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x09), 0x07, "and the mode");
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries + 1);
	expect_batch(9, WATERMARK, oscillate(9, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_another_part_in_its_place_is_not_used)
{
	pulse_ppg_emul_vanish(chip, true);
	oscillate(0, WATERMARK, PERIOD_US);
	zassert_equal(receive(1000), -EIO);
	pulse_ppg_emul_power_cycle(chip);
	pulse_ppg_emul_set_reg(chip, 0xff, 0x11);
	pulse_ppg_emul_vanish(chip, false);
	k_msleep(3 * PULSE_PPG_RETRY_MS);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x09), 0, "left alone");

	pulse_ppg_emul_set_reg(chip, 0xff, 0x15);
	k_msleep(PULSE_PPG_RETRY_MS + 1);
	expect_batch(3, WATERMARK, oscillate(3, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_reset_behind_our_back_is_noticed)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	pulse_ppg_emul_power_cycle(chip);
	k_msleep(2 * WATERMARK * PERIOD_US / 1000 + 1);
	pulse_ppg_counters(ppg, &then);
	zassert_true(then.recoveries > first.recoveries);
	expect_batch(11, WATERMARK, oscillate(11, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_stuck_fifo_is_noticed)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	push(0, 3);
	pulse_ppg_emul_stick(chip);
	push(3, WATERMARK);
	k_msleep(4 * WATERMARK * PERIOD_US / 1000 + 1);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries + 1);
	zassert_equal(then.lost, first.lost + 3);
	expect_batch(21, WATERMARK, oscillate(21, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_lost_interrupt_is_noticed)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	pulse_ppg_emul_mute(chip, 1);
	push(0, WATERMARK + 1);
	k_msleep(2 * WATERMARK * PERIOD_US / 1000 + 1);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.lost_interrupts, first.lost_interrupts + 1);
	zassert_equal(then.lost, first.lost + WATERMARK + 1);
	expect_batch(21, WATERMARK, oscillate(21, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_stream, test_a_reader_that_is_behind_loses_samples_only)
{
	struct pulse_ppg_counters first, then;
	int batches = 0;

	pulse_ppg_counters(ppg, &first);
	oscillate(0, 20 * WATERMARK, PERIOD_US);
	k_msleep(20 * WATERMARK * PERIOD_US / 1000 + 10);
	pulse_ppg_counters(ppg, &then);
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

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &current));
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
	/* Without the sample in which it changed. */
	zassert_equal(got.samples, WATERMARK - 1);
	for (int i = 0; i < got.samples; i++) {
		zassert_equal(got.counts[i], (1000 + WATERMARK + 1 + i) / 2);
	}
	light(10000);
	zassert_ok(receive(1000));
	zassert_equal(got.led_ua, 5000);
	oscillate(50, WATERMARK, PERIOD_US);
	zassert_ok(receive(1000));
	zassert_equal(got.led_ua, 10000);
	zassert_equal(got.counts[got.samples - 1], 50 + WATERMARK - 1);
}

ZTEST(max3010x_stream, test_the_fifo_belongs_to_the_stream)
{
	push(0, 1);
	zassert_equal(sensor_sample_fetch(ppg), -EBUSY);
	zassert_ok(sensor_read_async_mempool(&ppg_read, &stream_context, NULL));
	zassert_equal(receive(10), -EBUSY);
}

ZTEST_SUITE(max3010x_read, NULL, NULL, NULL, NULL, NULL);

ZTEST(max3010x_read, test_one_shot_read_takes_all_there_is)
{
	while (sensor_sample_fetch(ppg) == 0) {
		/* empties the FIFO */
	}
	k_msleep(5 * PERIOD_US / 1000); /* no sample is older than the clock */
	push(262100, 5);
	zassert_ok(sensor_read_async_mempool(&ppg_read, &stream_context, NULL));
	zassert_ok(receive(10));
	zassert_equal(got.samples, 5);
	zassert_equal(got.counts[4], 262104);
	zassert_within(got.first_us, k_ticks_to_us_floor64(k_uptime_ticks()) - 4 * PERIOD_US, 2000);

	zassert_ok(sensor_read_async_mempool(&ppg_read, &stream_context, NULL));
	zassert_equal(receive(10), -ENODATA);
}
