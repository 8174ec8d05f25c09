/* SPDX-License-Identifier: Apache-2.0 */
/* The any-motion interrupt through Zephyr's driver: once a watch, and no sample the less. */
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <pulse/hop.h>

#include "sensing/accelerometer.h"
#include "replay/emulated_accelerometer.h"
#include "sensing/motion.h"

#define LIMIT 128 /* counts from one sample to the next that are no motion yet: 31 mg */

static int told;
static bool wanted;

static void moved(void)
{
	told++;
}

static void watch_there(struct k_work *work)
{
	ARG_UNUSED(work);
	pulse_motion_watch(wanted);
}

static void watch(bool on)
{
	static K_WORK_DEFINE(there, watch_there);
	struct k_work_sync sync;

	wanted = on;
	k_work_submit(&there);
	k_work_flush(&there, &sync);
}

/* A sample further on X by `step` counts, and what the drivers make of it. */
static void step(int step)
{
	static int16_t xyz[3] = {0, 0, PULSE_ACC_LSB_PER_G};

	xyz[0] += step;
	pulse_emulated_accelerometer_push(xyz);
	k_msleep(1);
}

static void *setup(void)
{
	zassert_ok(pulse_motion_start(moved));
	return NULL;
}

static void before(void *unused)
{
	struct pulse_acc_sample sample;

	ARG_UNUSED(unused);
	watch(false);
	step(0);
	step(0);
	while (pulse_accelerometer_take(&sample)) {
		/* empties the queue */
	}
	told = 0;
}

ZTEST_SUITE(motion, NULL, setup, before, NULL, NULL);

ZTEST(motion, test_the_threshold)
{
	uint32_t count = pulse_motion_count();

	watch(true);
	for (int sign = -1; sign <= 1; sign += 2) {
		step(sign * LIMIT);
		zassert_equal(told, 0);
	}
	step(LIMIT + 1);
	zassert_equal(told, 1);
	zassert_equal(pulse_motion_count(), count + 1);
	zassert_within(pulse_motion_uptime_us(), k_ticks_to_us_floor64(k_uptime_ticks()), 1100);
}

ZTEST(motion, test_the_first_motion_ends_the_watch)
{
	watch(true);
	step(1000);
	step(-1000);
	step(1000);
	zassert_equal(told, 1);
	watch(true);
	step(-1000);
	zassert_equal(told, 2);
}

ZTEST(motion, test_nothing_is_told_unwatched)
{
	step(1000);
	zassert_equal(told, 0);
	watch(true);
	watch(false);
	step(-1000);
	zassert_equal(told, 0);
}

/* The interrupt holds the pin while the arm moves: samples are heard of because it is let go. */
ZTEST(motion, test_no_sample_is_lost_in_motion)
{
	struct pulse_acc_sample sample;
	uint32_t lost = pulse_accelerometer_lost();
	int samples = 0;

	watch(true);
	for (int i = 0; i < 10; i++) {
		step(i % 2 == 0 ? 1000 : -1000);
	}
	while (pulse_accelerometer_take(&sample)) {
		samples++;
	}
	zassert_equal(samples, 10);
	zassert_equal(pulse_accelerometer_lost(), lost);
}
