/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Light that is too bright, too dark or gone: currents follow, no hop holds two of them, and off
 * the wrist the LED is faint. After the sensors' own suite, with both running.
 */
#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#include "hops.h"
#include "sensing/absence.h"
#include "sensing/accelerometer.h"
#include "sensing/acquire.h"
#include "sensing/gain.h"
#include "sensing/led.h"
#include "sensing/supervisor.h"
#include "settings/config.h"
#include "wrist.h"

#define NODE     DT_ALIAS(pulse_ppg)
#define BOARD_UA 10000
#define PILOT_PA 0x10
#define MODE     0x09

static const struct emul *const chip = EMUL_DT_GET(NODE);
static uint32_t steps_before;

static uint32_t lit_ua(void)
{
	return pulse_ppg_emul_led_ua(chip, 0);
}

static void forget(void)
{
	memset(&hops, 0, sizeof(hops));
	steps_before = pulse_gain_steps();
}

static uint32_t steps(void)
{
	return pulse_gain_steps() - steps_before;
}

static void before(void *unused)
{
	ARG_UNUSED(unused);
	pulse_ppg_emul_without_proximity(chip, false);
	wrist_light(100000);
	wrist_run(15);
	zassert_equal(lit_ua(), BOARD_UA, "%u uA", lit_ua());
	forget();
}

ZTEST_SUITE(sensors_light, NULL, NULL, before, NULL, NULL);

ZTEST(sensors_light, test_light_that_saturates_halves_the_current)
{
	wrist_light(600000); /* 2.3 times full scale */
	wrist_run(3);
	zassert_equal(lit_ua(), 2400, "a quarter, in steps of 200: %u uA", lit_ua());
	zassert_equal(steps(), 2);
	forget();
	wrist_run(20);
	zassert_equal(hops.ppg, 144000, "%d counts", hops.ppg);
	zassert_equal(hops.restarts, 1, "the aligner was told");
	zassert_equal(hops.uneven, 0);
	zassert_true(hops.all >= 8);
	zassert_equal(steps(), 0, "and that is enough");

	wrist_light(40000); /* and back: 9600 counts of 2^18 are too dark */
	wrist_run(3);
	forget();
	wrist_run(20);
	zassert_equal(lit_ua(), BOARD_UA / 2);
	zassert_equal(hops.ppg, 20000);
	zassert_equal(hops.uneven, 0);
	wrist_light(20000);
	wrist_run(10);
}

ZTEST(sensors_light, test_skin_that_gives_little_light_gets_more)
{
	wrist_light(3000); /* no contact for the core, but too much for no skin */
	wrist_run(3);
	forget();
	wrist_run(20);
	zassert_equal(lit_ua(), CONFIG_PULSE_LED_MAX_UA, "doubled once, to the limit");
	zassert_equal(hops.ppg, 6000);
	zassert_equal(hops.dark, 0, "contact");
	zassert_equal(hops.uneven, 0);
	zassert_equal(hops.restarts, 1);

	wrist_light(200000);
	wrist_run(5);
	zassert_equal(lit_ua(), BOARD_UA);
}

ZTEST(sensors_light, test_no_skin_gets_no_more_light)
{
	wrist_light(1000);
	wrist_run(9);
	zassert_equal(steps(), 0);
	zassert_equal(lit_ua(), BOARD_UA);
}

ZTEST(sensors_light, test_a_users_faint_led_is_no_lack_of_contact)
{
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 400));
	wrist_run(3);
	zassert_equal(lit_ua(), 400);
	forget();
	wrist_run(20);
	zassert_equal(hops.ppg, 100000, "as with the board's current");
	zassert_equal(hops.dark, 0);
	zassert_equal(hops.uneven, 0);
	zassert_equal(hops.restarts, 0);
	zassert_equal(steps(), 0);
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, BOARD_UA));
}

/* Of the counters that a pause must not move. */
struct losses {
	uint32_t acc_lost;
	struct pulse_ppg_counters chip;
	struct pulse_acquire_counters acquired;
};

static struct losses losses(void)
{
	struct losses now = {.acc_lost = pulse_accelerometer_lost()};

	pulse_ppg_counters(DEVICE_DT_GET(NODE), &now.chip);
	pulse_acquire_counters(&now.acquired);
	return now;
}

static void go_off_the_wrist(void)
{
	wrist_light(500);
	wrist_run(CONFIG_PULSE_PROXIMITY_AFTER_S + 2);
	zassert_true(pulse_absence_sensing());
	zassert_true(wrist_publish_paused(), "the last result stands");
}

static void come_back(uint32_t proximities)
{
	struct losses first = losses();
	struct pulse_sensor_status status;

	wrist_light(100000);
	wrist_run(1);

	struct losses then = losses();

	zassert_true(then.acquired.batches > first.acquired.batches, "within a second");
	zassert_equal(lit_ua(), BOARD_UA);
	zassert_false(pulse_absence_sensing());
	zassert_false(wrist_publish_paused());
	zassert_equal(then.chip.proximities, proximities);
	zassert_equal(then.chip.lost, first.chip.lost);
	zassert_equal(then.chip.recoveries, first.chip.recoveries, "it was no fault");
	zassert_equal(then.acc_lost, first.acc_lost);
	pulse_supervisor_status(PULSE_SENSOR_PPG, &status);
	zassert_equal(status.state, PULSE_SENSOR_RUNNING);
	forget();
	wrist_run(20);
	zassert_equal(hops.dark, 0);
	zassert_equal(hops.uneven, 0);
	zassert_equal(hops.restarts, 1);
	zassert_true(hops.all >= 8);
}

ZTEST(sensors_light, test_off_the_wrist_it_senses_proximity_and_comes_back)
{
	uint32_t proximities = losses().chip.proximities;
	struct pulse_sensor_status status;

	go_off_the_wrist();
	zassert_equal(lit_ua(), 1000);
	zassert_equal(pulse_ppg_emul_get_reg(chip, PILOT_PA), 5, "1 mA in steps of 0.2 mA");
	pulse_supervisor_status(PULSE_SENSOR_PPG, &status);
	zassert_equal(status.state, PULSE_SENSOR_WAITING);

	struct losses first = losses();

	wrist_run(60);

	struct losses then = losses();

	zassert_equal(then.acquired.batches, first.acquired.batches, "it says nothing");
	zassert_equal(then.chip.proximities, proximities + 1);
	zassert_equal(then.chip.bus_errors, first.chip.bus_errors);
	zassert_equal(then.chip.recoveries, first.chip.recoveries);
	zassert_equal(then.acc_lost, first.acc_lost, "samples that nobody wants are not lost");
	come_back(proximities + 1);
}

/* Later revisions of the data sheet describe no such mode: its counts are compared instead. */
ZTEST(sensors_light, test_a_chip_without_the_mode_does_the_same)
{
	uint32_t proximities = losses().chip.proximities;

	pulse_ppg_emul_without_proximity(chip, true);
	go_off_the_wrist();
	zassert_equal(lit_ua(), 1000);
	wrist_run(30);
	zassert_true(pulse_absence_sensing());
	come_back(proximities + 1);
}

/* Sun on a bare sensor: the chip says proximity, the counts say none. It senses again. */
ZTEST(sensors_light, test_a_false_touch_goes_back_to_sensing)
{
	uint32_t proximities = losses().chip.proximities;

	go_off_the_wrist();
	wrist_light(100000);
	wrist_run(1);
	wrist_light(500);
	wrist_run(CONFIG_PULSE_PROXIMITY_AFTER_S + 2);
	zassert_true(pulse_absence_sensing());
	come_back(proximities + 2);
}
