/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sensors come back: from a supply that is late, a bus that fails, a brown-out. The PPG works on
 * without the accelerometer, and results say so.
 */
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <stdlib.h>
#include <string.h>
#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>
#include <pulse/estimator.h>

#include "estimation/infer.h"
#include "estimation/publish.h"
#include "replay/emulated_accelerometer.h"
#include "sensing/accelerometer.h"
#include "sensing/acquire.h"
#include "sensing/queue.h"
#include "sensing/supervisor.h"
#include "settings/config.h"
#include "hops.h"
#include "wrist.h"

#define LATE_S 20 /* from power-up to the sensors' supply */

static const struct emul *const ppg_chip = EMUL_DT_GET(DT_ALIAS(pulse_ppg));

/* What was published: the last state, and how many of each. */
static struct pulse_result last;
static int published[PULSE_STALE + 1];
static int16_t gravity; /* Z of the last hop's last frame */
struct hops hops;

void pulse_estimator_init(struct pulse_estimator *estimator)
{
	ARG_UNUSED(estimator);
}

int pulse_estimator_hop(struct pulse_estimator *estimator, const struct pulse_hop *hop,
			struct pulse_result *out)
{
	ARG_UNUSED(estimator);
	*out = (struct pulse_result){.time_us = hop->end_us, .state = PULSE_VALID};
	gravity = hop->acc[PULSE_HOP_FRAMES - 1][2];
	hops.all++;
	hops.restarts += hop->discontinuous;
	hops.dark += hop->dark > 0;
	hops.ppg = hop->ppg[PULSE_HOP_FRAMES - 1] / 16;
	hops.uneven += abs(hop->ppg[PULSE_HOP_FRAMES - 1] - hop->ppg[0]) > 16;
	return 1;
}

void pulse_publish(const struct pulse_result *result)
{
	last = *result;
	published[result->state]++;
}

static struct pulse_sensor_status status(enum pulse_sensor sensor)
{
	struct pulse_sensor_status now;

	pulse_supervisor_status(sensor, &now);
	return now;
}

static enum pulse_sensor_state state(enum pulse_sensor sensor)
{
	return status(sensor).state;
}

#define STAND_INS_HZ 50

/* Samples of rest in place of the accelerometer's, since boot. */
static uint32_t stand_ins(void)
{
	struct pulse_acquire_counters counters;

	pulse_acquire_counters(&counters);
	return counters.acc_stand_ins;
}

/* In the order of their names: the first ones begin before any sensor has power. */
static void *setup(void)
{
	pulse_ppg_emul_vanish(ppg_chip, true);
	pulse_emulated_accelerometer_vanish(true);
	pulse_config_load();
	pulse_infer_start();
	pulse_acquire_start();
	return NULL;
}

static void before(void *unused)
{
	ARG_UNUSED(unused);
	memset(published, 0, sizeof(published));
}

ZTEST_SUITE(sensors, NULL, setup, before, NULL, NULL);

ZTEST(sensors, test_1_without_power_both_are_missing_and_tried_with_back_off)
{
	k_sleep(K_SECONDS(LATE_S));
	for (int sensor = 0; sensor < PULSE_SENSORS; sensor++) {
		struct pulse_sensor_status now = status(sensor);

		zassert_equal(now.state, PULSE_SENSOR_MISSING);
		zassert_equal(now.error, -EIO);
		/* At 0, 0.5, 1.5, 3.5, 7.5 and 15.5 s. */
		zassert_equal(now.starts, 6, "%u starts", now.starts);
	}
}

ZTEST(sensors, test_2_the_ppg_comes_late_and_works_alone)
{
	pulse_ppg_emul_vanish(ppg_chip, false);
	k_sleep(K_SECONDS(32 - LATE_S)); /* the next try is at 31.5 s */
	zassert_equal(state(PULSE_SENSOR_PPG), PULSE_SENSOR_STARTING);
	wrist_init();
	wrist_run(10);
	zassert_equal(state(PULSE_SENSOR_PPG), PULSE_SENSOR_RUNNING);
	zassert_equal(state(PULSE_SENSOR_ACC), PULSE_SENSOR_MISSING);
	zassert_within(stand_ins(), 10 * STAND_INS_HZ, STAND_INS_HZ, "%u", stand_ins());
	/* 10 s hold four hops; not one may be called valid. */
	zassert_equal(published[PULSE_MOTION_UNCERTAIN], 4);
	zassert_equal(published[PULSE_VALID], 0);
}

ZTEST(sensors, test_3_the_accelerometer_joins_and_results_are_valid_a_window_later)
{
	pulse_emulated_accelerometer_vanish(false);
	k_sleep(K_SECONDS(64 - 32 - 10));
	zassert_equal(state(PULSE_SENSOR_ACC), PULSE_SENSOR_STARTING);
	wrist_run(30);
	zassert_equal(state(PULSE_SENSOR_ACC), PULSE_SENSOR_RUNNING);
	zassert_equal(status(PULSE_SENSOR_ACC).returns, 1);
	zassert_within(stand_ins(), 10 * STAND_INS_HZ, STAND_INS_HZ / 5 + STAND_INS_HZ);
	zassert_equal(last.state, PULSE_VALID);
	zassert_true(published[PULSE_VALID] >= 9);
	zassert_equal(pulse_accelerometer_lost(), 0);
}

/* Zephyr's driver configures the suspended chip, which loses what it must not do; ours does not. */
ZTEST(sensors, test_4_the_range_is_right_although_writes_were_lost_in_suspend)
{
	zassert_true(pulse_emulated_accelerometer_refused() > 0);
	zassert_equal(gravity, PULSE_ACC_LSB_PER_G);
	zassert_equal(pulse_accelerometer_wrong_scale(), 0);
}

static void expect_the_accelerometer_back(uint32_t returns)
{
	memset(published, 0, sizeof(published));
	wrist_run(40);
	zassert_equal(state(PULSE_SENSOR_ACC), PULSE_SENSOR_RUNNING);
	zassert_equal(status(PULSE_SENSOR_ACC).returns, returns + 1);
	zassert_equal(last.state, PULSE_VALID);
	zassert_equal(gravity, PULSE_ACC_LSB_PER_G);
}

ZTEST(sensors, test_5_an_accelerometer_off_its_bus_falls_silent_and_comes_back)
{
	uint32_t returns = status(PULSE_SENSOR_ACC).returns;

	wrist_run(3);
	pulse_emulated_accelerometer_vanish(true);
	wrist_run(30);
	zassert_equal(state(PULSE_SENSOR_ACC), PULSE_SENSOR_MISSING);
	zassert_equal(last.state, PULSE_MOTION_UNCERTAIN);
	/* 3 s until it is missed, and hops go on: a hop after 2.3 s of the new window. */
	zassert_true(published[PULSE_MOTION_UNCERTAIN] >= 11);
	pulse_emulated_accelerometer_vanish(false);
	expect_the_accelerometer_back(returns);
}

ZTEST(sensors, test_6_an_accelerometer_that_lost_its_power_for_an_instant_is_set_up_anew)
{
	uint32_t returns = status(PULSE_SENSOR_ACC).returns;

	wrist_run(3);
	pulse_emulated_accelerometer_power_cycle();
	expect_the_accelerometer_back(returns);
	zassert_equal(pulse_accelerometer_wrong_scale(), 0);
}

ZTEST(sensors, test_7_a_ppg_off_its_bus_falls_silent_and_comes_back)
{
	uint32_t returns = status(PULSE_SENSOR_PPG).returns;

	pulse_ppg_emul_vanish(ppg_chip, true);
	wrist_run(10);
	zassert_equal(state(PULSE_SENSOR_PPG), PULSE_SENSOR_SILENT);
	pulse_ppg_emul_vanish(ppg_chip, false);
	wrist_run(20);
	zassert_equal(state(PULSE_SENSOR_PPG), PULSE_SENSOR_RUNNING);
	zassert_equal(last.state, PULSE_VALID);
	zassert_equal(status(PULSE_SENSOR_PPG).returns, returns);
}

/* Both pause, as in a recording: no fault of either. */
ZTEST(sensors, test_8_a_pause_of_both_starts_nothing)
{
	uint32_t starts = status(PULSE_SENSOR_ACC).starts;

	wrist_run(5);
	k_sleep(K_SECONDS(60));
	wrist_run(15);
	zassert_equal(status(PULSE_SENSOR_ACC).starts, starts);
	zassert_equal(last.state, PULSE_VALID);
}

static K_SEM_DEFINE(hang, 0, 1);

static void hang_work(struct k_work *work)
{
	ARG_UNUSED(work);
	(void)k_sem_take(&hang, K_SECONDS(5));
}

/* Flash that is erased, a host that waits for its radio: no sample is the less. */
ZTEST(sensors, test_9_a_busy_system_work_queue_costs_no_sample)
{
	static K_WORK_DEFINE(hanging, hang_work);
	struct pulse_acquire_counters first, then;
	struct pulse_ppg_counters chip_first, chip_then;
	uint32_t lost = pulse_accelerometer_lost();

	wrist_run(1);
	k_msleep(100);
	pulse_acquire_counters(&first);
	pulse_ppg_counters(DEVICE_DT_GET(DT_ALIAS(pulse_ppg)), &chip_first);
	(void)k_work_submit(&hanging);
	wrist_run(4);
	k_msleep(100);
	pulse_acquire_counters(&then);
	pulse_ppg_counters(DEVICE_DT_GET(DT_ALIAS(pulse_ppg)), &chip_then);
	k_sem_give(&hang);
	zassert_equal(then.ppg_samples - first.ppg_samples, 4 * USEC_PER_SEC / WRIST_PPG_US);
	zassert_equal(then.acc_samples - first.acc_samples, 4 * USEC_PER_SEC / WRIST_ACC_US);
	zassert_equal(chip_then.lost, chip_first.lost);
	zassert_equal(pulse_accelerometer_lost(), lost);
}

static int64_t run_at;

static void note_time(struct k_work *work)
{
	ARG_UNUSED(work);
	run_at = k_uptime_ticks();
}

/*
 * A sensor's transfer that waits for its controller's timeout. Bluetooth's notifications are sent
 * from the system work queue: each runs at once.
 */
ZTEST(sensors, test_a_blocked_sensor_bus_delays_no_notification)
{
	static K_WORK_DEFINE(transfer, hang_work);
	static K_WORK_DEFINE(notification, note_time);

	k_sem_reset(&hang);
	(void)k_work_submit_to_queue(pulse_sensor_queue(), &transfer);
	for (int n = 0; n < 20; n++) {
		int64_t asked;

		k_msleep(100);
		zassert_true(k_work_busy_get(&transfer) & K_WORK_RUNNING);
		asked = k_uptime_ticks();
		(void)k_work_submit(&notification);
		k_msleep(1);
		zassert_true(run_at >= asked, "still waits after 1 ms");
	}
	k_sem_give(&hang);
	wrist_run(20);
	zassert_equal(last.state, PULSE_VALID);
}
