/* SPDX-License-Identifier: Apache-2.0 */
/* Off the wrist: the chip's proximity mode, and back within a second of the touch. */
#include <zephyr/pm/device.h>
#include <zephyr/ztest.h>

#include "fixture.h"
#include "stream.h"

#define DARK 2000 /* counts at 10 mA: 200 at the 1 mA of the pilot */
#define SKIN 100000
#define LED3 0x0e

static struct pulse_ppg_counters first;

static void before(void *unused)
{
	ARG_UNUSED(unused);
	pulse_ppg_emul_without_proximity(chip, false);
	open_stream();
	pulse_ppg_counters(ppg, &first);
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	close_stream();
}

ZTEST_SUITE(max3010x_proximity, NULL, NULL, before, after, NULL);

static struct pulse_ppg_counters counters(void)
{
	struct pulse_ppg_counters now;

	pulse_ppg_counters(ppg, &now);
	return now;
}

static void pushed(uint32_t counts, int samples)
{
	for (int i = 0; i < samples; i++) {
		pulse_ppg_emul_push(chip, &counts);
		k_msleep(PERIOD_US / 1000);
	}
}

ZTEST(max3010x_proximity, test_the_mode_is_set_up_as_the_data_sheet_wants)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x10), 5, "PILOT_PA: 1 mA");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x30), 4, "4096 of 2^18, upper 8 bits");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x02), 0x10, "PROX_INT alone");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0a) >> 2 & 7, 0, "50 Hz");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x08) >> 5, 0, "no averaging");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x09), 0x07);
	zassert_equal(pulse_ppg_emul_get_reg(chip, LED3), 5, "nor is the green LED brighter");
}

static void expect_a_wait_and_a_touch(void)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	pushed(DARK, 300);
	zassert_equal(receive(1), -EAGAIN);
	zassert_equal(counters().recoveries, first.recoveries, "it was not taken for a fault");

	int64_t touch_ms = k_uptime_get();

	while (pulse_ppg_emul_get_reg(chip, LED3) != 50 && k_uptime_get() < touch_ms + 2000) {
		pushed(SKIN, 1);
	}
	expect_batch(7, WATERMARK, oscillate(7, WATERMARK, PERIOD_US));
	zassert_true(k_uptime_get() - touch_ms < 1000, "%lld ms", k_uptime_get() - touch_ms);
	zassert_equal(got.led_ua, 10000);
	zassert_equal(counters().proximities, first.proximities + 1);
	zassert_equal(counters().recoveries, first.recoveries);
	zassert_equal(counters().lost, first.lost);
}

ZTEST(max3010x_proximity, test_the_chip_says_when_skin_is_there)
{
	expect_a_wait_and_a_touch();
}

ZTEST(max3010x_proximity, test_a_lost_interrupt_is_looked_for)
{
	pulse_ppg_emul_mute(chip, 1);
	expect_a_wait_and_a_touch();
}

/* Data sheets of later revisions have no such mode. */
ZTEST(max3010x_proximity, test_a_chip_without_the_mode_is_looked_at)
{
	pulse_ppg_emul_without_proximity(chip, true);
	expect_a_wait_and_a_touch();
}

ZTEST(max3010x_proximity, test_a_fault_meanwhile_ends_it)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	pulse_ppg_emul_vanish(chip, true);
	k_msleep(2 * PULSE_PPG_RETRY_MS);
	pulse_ppg_emul_power_cycle(chip);
	pulse_ppg_emul_vanish(chip, false);
	k_msleep(2 * PULSE_PPG_RETRY_MS);
	zassert_true(counters().recoveries > first.recoveries);
	zassert_equal(pulse_ppg_emul_get_reg(chip, LED3), 50);
	expect_batch(9, WATERMARK, oscillate(9, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_proximity, test_a_failed_start_is_set_up_anew)
{
	for (int after = 0; after < 11; after++) {
		pulse_ppg_emul_nack(chip, after, 1);
		zassert_equal(pulse_ppg_proximity(ppg), -EIO, "transfer %d", after);
		zassert_equal(pulse_ppg_proximity(ppg), -ENODATA, "a fault comes first");
		k_msleep(PULSE_PPG_RETRY_MS + 1);
		zassert_equal(counters().recoveries, first.recoveries + after + 1);
	}
	calibrate();
	expect_batch(9, WATERMARK, oscillate(9, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_proximity, test_without_a_stream_there_is_none)
{
	close_stream();
	zassert_equal(pulse_ppg_proximity(ppg), -ENODATA);
	open_stream();
}

/* A forced sleep ends it too: the chip wakes up sampling. */
ZTEST(max3010x_proximity, test_a_forced_sleep_ends_it)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_SUSPEND));
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x09), 0x87, "SHDN");
	zassert_equal(pulse_ppg_proximity(ppg), -ENODATA);
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_RESUME));
	expect_batch(9, WATERMARK, oscillate(9, WATERMARK, PERIOD_US));
	zassert_equal(counters().lost, first.lost);
}
