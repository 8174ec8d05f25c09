/* SPDX-License-Identifier: Apache-2.0 */
/* What happens when chip or bus misbehave while streaming. */
#include <zephyr/ztest.h>

#include "stream.h"

/* The driver looks twice at a silent chip. */
#define TWO_LOOKS_MS (4 * WATERMARK * PERIOD_US / 1000 + 1)

static void before(void *unused)
{
	ARG_UNUSED(unused);
	open_stream();
	(void)since();
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	close_stream();
}

ZTEST_SUITE(max86141_faults, NULL, NULL, before, after, NULL);

static void expect_it_goes_on(uint32_t first)
{
	int64_t start = oscillate(first, WATERMARK);

	expect_batch(first, WATERMARK, start);
	zassert_equal(got->lost, 0);
}

ZTEST(max86141_faults, test_late_service_keeps_the_times)
{
	int64_t start = oscillate(500, 2 * WATERMARK + 3);

	k_sched_lock();
	k_busy_wait((WATERMARK + 3) * PERIOD_US);
	k_sched_unlock();
	expect_batch(500, WATERMARK + 3, start);
	expect_batch(500 + WATERMARK + 3, WATERMARK, start + (WATERMARK + 3) * PERIOD_US);
}

/* Where pointers alone could not tell a full FIFO from an empty one. */
ZTEST(max86141_faults, test_a_fifo_full_to_the_last_word_is_read_whole)
{
	int64_t start = oscillate(500, FIFO);

	k_sched_lock();
	k_busy_wait(FIFO * PERIOD_US + PERIOD_US / 2);
	k_sched_unlock();
	expect_batch(500, FIFO, start);
	zassert_equal(got->lost, 0);
}

ZTEST(max86141_faults, test_overflow_is_reported_and_counted_in_samples)
{
	k_sched_lock();
	push(1000, FIFO + 8);
	k_sched_unlock();
	zassert_ok(receive(100));
	zassert_equal(got->samples, FIFO);
	zassert_equal(got->lost, 8);
	zassert_equal(pulse_ppg_counts(got, FIFO - 1, 1), counts_of(1000 + FIFO - 1, 1));

	struct pulse_ppg_counters passed = since();

	zassert_equal(passed.overflows, 1);
	zassert_equal(passed.lost, 8);
	expect_it_goes_on(7);
}

/* On SPI nobody acknowledges: a chip without power reads as ones. */
ZTEST(max86141_faults, test_a_floating_bus_is_not_taken_for_samples)
{
	pulse_ppg_emul_vanish(chip, true);
	oscillate(0, WATERMARK);
	zassert_equal(receive(1000), -EIO);
	k_msleep(5 * PULSE_PPG_RETRY_MS / 2);

	struct pulse_ppg_counters passed = since();

	zassert_equal(passed.samples, 0);
	zassert_equal(passed.recoveries, 0);
	zassert_true(passed.bus_errors > 1);
	pulse_ppg_emul_power_cycle(chip);
	pulse_ppg_emul_vanish(chip, false);
	k_msleep(PULSE_PPG_RETRY_MS + 1);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x23), 100, "LED current is back");
	zassert_equal(since().recoveries, 1);
	expect_it_goes_on(9);
}

ZTEST(max86141_faults, test_a_failed_transfer_ends_the_request_and_streaming_recovers)
{
	for (int i = 0; i < 8; i++) {
		pulse_ppg_emul_nack(chip, i % 2, 1); /* the status, the words */
		oscillate(0, WATERMARK);
		zassert_equal(receive(1000), -EIO);
		k_msleep(PULSE_PPG_RETRY_MS + 1);

		struct pulse_ppg_counters passed = since();

		zassert_equal(passed.bus_errors, 1);
		zassert_equal(passed.recoveries, 1);
	}
	close_stream(); /* forgets the period that these pauses suggest */
	open_stream();
	expect_it_goes_on(50);
}

/* A word less, as after a glitch on the clock: every count would be another channel's. */
ZTEST(max86141_faults, test_words_out_of_step_are_noticed_by_their_tags)
{
	oscillate(0, WATERMARK - 1);
	k_msleep(WATERMARK * PERIOD_US / 1000);
	pulse_ppg_emul_set_reg(chip, 0x05, pulse_ppg_emul_get_reg(chip, 0x05) + 1);
	oscillate(WATERMARK - 1, 1);
	zassert_equal(receive(1000), -EIO);
	k_msleep(PULSE_PPG_RETRY_MS + 1);
	zassert_equal(since().recoveries, 1);
	close_stream();
	open_stream();
	expect_it_goes_on(60);
}

ZTEST(max86141_faults, test_a_lost_interrupt_is_noticed)
{
	pulse_ppg_emul_mute(chip, 1);
	push(0, WATERMARK + 1);
	k_msleep(TWO_LOOKS_MS / 2);

	struct pulse_ppg_counters passed = since();

	zassert_equal(passed.lost_interrupts, 1);
	zassert_equal(passed.lost, WATERMARK + 1);
	expect_it_goes_on(21);
}

ZTEST(max86141_faults, test_a_brown_out_is_noticed)
{
	pulse_ppg_emul_power_cycle(chip);
	push(0, 3); /* without an LED sequence there is no word */
	k_msleep(TWO_LOOKS_MS / 2);
	zassert_true(since().recoveries > 0);
	expect_it_goes_on(11);
}

ZTEST(max86141_faults, test_a_stuck_fifo_is_noticed)
{
	push(0, 3);
	pulse_ppg_emul_stick(chip);
	push(3, WATERMARK);
	k_msleep(TWO_LOOKS_MS);

	struct pulse_ppg_counters passed = since();

	zassert_equal(passed.recoveries, 1);
	zassert_equal(passed.lost, 3);
	expect_it_goes_on(21);
}
