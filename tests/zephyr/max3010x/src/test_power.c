/* SPDX-License-Identifier: Apache-2.0 */
/* Power management: the chip samples while somebody uses it, and nothing is lost without a word. */
#include <zephyr/drivers/sensor.h>
#include <zephyr/pm/device.h>
#include <zephyr/pm/device_runtime.h>
#include <zephyr/ztest.h>

#include "fixture.h"
#include "stream.h"

#define MODE    0x09
#define RUNNING 0x07
#define ASLEEP  0x87 /* SHDN */
#define GREEN   0x0e

/* Time in which the driver looks twice at a silent chip. */
#define TWO_LOOKS_MS (4 * WATERMARK * PERIOD_US / 1000 + 1)

static enum pm_device_state state(void)
{
	enum pm_device_state found;

	zassert_ok(pm_device_state_get(ppg, &found));
	return found;
}

static void expect(enum pm_device_state wanted)
{
	zassert_equal(state(), wanted, "%s", pm_device_state_str(state()));
	zassert_equal(pulse_ppg_emul_get_reg(chip, MODE),
		      wanted == PM_DEVICE_STATE_ACTIVE ? RUNNING : ASLEEP);
}

static void set_current(int32_t ua)
{
	struct sensor_value current = {.val1 = ua};

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &current));
}

static void *enable(void)
{
	zassert_ok(pm_device_runtime_enable(ppg));
	return NULL;
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	pulse_ppg_emul_vanish(chip, false);
	set_current(10000);
}

static void disable(void *unused)
{
	ARG_UNUSED(unused);
	zassert_ok(pm_device_runtime_disable(ppg));
}

ZTEST_SUITE(max3010x_power, NULL, enable, NULL, after, disable);

ZTEST(max3010x_power, test_it_sleeps_until_somebody_uses_it)
{
	expect(PM_DEVICE_STATE_SUSPENDED);
	push(1, 3);
	zassert_equal(sensor_sample_fetch(ppg), -ENODATA);

	zassert_ok(pm_device_runtime_get(ppg));
	expect(PM_DEVICE_STATE_ACTIVE);
	push(7, 2);
	zassert_ok(sensor_sample_fetch(ppg));
	push(9, 1);
	zassert_ok(pm_device_runtime_put(ppg));
	expect(PM_DEVICE_STATE_SUSPENDED);
	zassert_equal(sensor_sample_fetch(ppg), -ENODATA, "what is left is no news any more");
}

ZTEST(max3010x_power, test_settings_made_asleep_hold_awake)
{
	struct sensor_value width = {.val1 = 118};

	set_current(5000);
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &width));
	zassert_ok(pm_device_runtime_get(ppg));
	zassert_equal(pulse_ppg_emul_get_reg(chip, GREEN), 25);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0a) & 3, 1);
	width.val1 = 411;
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &width));
	zassert_ok(pm_device_runtime_put(ppg));
}

ZTEST(max3010x_power, test_a_supply_cut_in_sleep_does_no_harm)
{
	pulse_ppg_emul_power_cycle(chip);
	zassert_equal(pulse_ppg_emul_get_reg(chip, GREEN), 0);
	zassert_ok(pm_device_runtime_get(ppg));
	expect(PM_DEVICE_STATE_ACTIVE);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x02), 0x80, "interrupt");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x08), 0x0f, "watermark");
	zassert_equal(pulse_ppg_emul_get_reg(chip, GREEN), 50, "current");
	zassert_ok(pm_device_runtime_put(ppg));
}

ZTEST(max3010x_power, test_a_chip_that_is_gone_is_not_resumed)
{
	pulse_ppg_emul_vanish(chip, true);
	zassert_equal(pm_device_runtime_get(ppg), -EIO);
	zassert_equal(state(), PM_DEVICE_STATE_SUSPENDED);
	pulse_ppg_emul_vanish(chip, false);
	zassert_ok(pm_device_runtime_get(ppg));
	expect(PM_DEVICE_STATE_ACTIVE);
	zassert_ok(pm_device_runtime_put(ppg));
}

ZTEST(max3010x_power, test_a_stream_keeps_it_awake)
{
	for (int round = 0; round < 3; round++) {
		open_stream();
		expect(PM_DEVICE_STATE_ACTIVE);
		zassert_true(pm_device_is_busy(ppg), "the system does not suspend it");
		expect_batch(5, WATERMARK, oscillate(5, WATERMARK, PERIOD_US));

		/* The next interrupt ends it: this batch was ordered off. */
		cancel_stream();
		oscillate(50, WATERMARK, PERIOD_US);
		zassert_equal(receive(WATERMARK * PERIOD_US / 1000 + 10), -EAGAIN);
		expect(PM_DEVICE_STATE_SUSPENDED);
		zassert_false(pm_device_is_busy(ppg));
	}
}

ZTEST(max3010x_power, test_a_canceled_stream_ends_without_an_interrupt)
{
	open_stream();
	cancel_stream();
	k_msleep(TWO_LOOKS_MS);
	expect(PM_DEVICE_STATE_SUSPENDED);
}

ZTEST(max3010x_power, test_users_are_counted)
{
	open_stream();
	zassert_ok(pm_device_runtime_get(ppg));
	zassert_ok(pm_device_runtime_put(ppg));
	expect(PM_DEVICE_STATE_ACTIVE);
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK, PERIOD_US));

	zassert_ok(pm_device_runtime_get(ppg));
	close_stream();
	expect(PM_DEVICE_STATE_ACTIVE);
	zassert_ok(pm_device_runtime_put(ppg));
	expect(PM_DEVICE_STATE_SUSPENDED);
}

ZTEST(max3010x_power, test_a_stream_of_a_chip_that_is_gone_starts_when_it_is_back)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	pulse_ppg_emul_vanish(chip, true);
	open_stream();
	k_msleep(2 * PULSE_PPG_RETRY_MS + 1);
	zassert_equal(state(), PM_DEVICE_STATE_SUSPENDED);
	pulse_ppg_emul_vanish(chip, false);
	k_msleep(PULSE_PPG_RETRY_MS + 1);
	expect(PM_DEVICE_STATE_ACTIVE);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.recoveries, first.recoveries + 1);
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK, PERIOD_US));
	close_stream();
	expect(PM_DEVICE_STATE_SUSPENDED);
}

/* Somebody who overrules its users, as a product's own sleep does. */
ZTEST(max3010x_power, test_a_stream_outlives_a_forced_sleep)
{
	struct pulse_ppg_counters first, then;

	open_stream();
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK, PERIOD_US));
	pulse_ppg_counters(ppg, &first);
	push(100, 4);
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_SUSPEND));
	expect(PM_DEVICE_STATE_SUSPENDED);
	push(200, WATERMARK);
	set_current(5000);
	k_msleep(TWO_LOOKS_MS);
	expect(PM_DEVICE_STATE_SUSPENDED);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.lost, first.lost + 4, "those that nobody had read");
	zassert_equal(then.recoveries, first.recoveries, "it was not taken for a fault");

	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_RESUME));
	expect(PM_DEVICE_STATE_ACTIVE);
	int64_t start_us = oscillate(600, WATERMARK, PERIOD_US);

	zassert_ok(receive(1000));
	zassert_equal(got.first_us, start_us);
	zassert_equal(got.led_ua, 5000);
	zassert_equal(got.counts[0], 300, "half the light");
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.lost, first.lost + 4);
	close_stream();
}
