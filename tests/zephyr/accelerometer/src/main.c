/* SPDX-License-Identifier: Apache-2.0 */
/* From the emulated chip through Zephyr's driver to counts: exact, in time, and counted when lost.
 */
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <pulse/hop.h>

#include "sensing/accelerometer.h"
#include "replay/emulated_accelerometer.h"

#define STEP_US 10000

static struct {
	struct k_timer timer;
	int64_t due_us;
	int left;
} clock_of_chip;

static void tick(struct k_timer *timer)
{
	int16_t xyz[3] = {clock_of_chip.left, -clock_of_chip.left, PULSE_ACC_LSB_PER_G};

	pulse_emulated_accelerometer_push(xyz);
	if (--clock_of_chip.left > 0) {
		clock_of_chip.due_us += STEP_US;
		k_timer_start(timer, K_TIMEOUT_ABS_US(clock_of_chip.due_us), K_NO_WAIT);
	}
}

/* @return time of the first sample */
static int64_t run(int samples)
{
	int64_t start_us = k_ticks_to_us_floor64(k_uptime_ticks()) + 1000;

	k_timer_init(&clock_of_chip.timer, tick, NULL);
	clock_of_chip.due_us = start_us;
	clock_of_chip.left = samples;
	k_timer_start(&clock_of_chip.timer, K_TIMEOUT_ABS_US(start_us), K_NO_WAIT);
	return start_us;
}

static void *setup(void)
{
	zassert_ok(pulse_accelerometer_start());
	return NULL;
}

static void before(void *unused)
{
	struct pulse_acc_sample sample;

	ARG_UNUSED(unused);
	while (pulse_accelerometer_take(&sample)) {
		/* empties the queue */
	}
}

ZTEST_SUITE(accelerometer, NULL, setup, before, NULL, NULL);

ZTEST(accelerometer, test_every_count_survives_the_way_through_si_units)
{
	struct pulse_acc_sample sample;

	/* All 65536, three at a time. */
	for (int counts = INT16_MIN; counts <= INT16_MAX; counts += 3) {
		const int16_t xyz[3] = {counts, MIN(counts + 1, INT16_MAX),
					MIN(counts + 2, INT16_MAX)};

		pulse_emulated_accelerometer_push(xyz);
		k_yield();
		zassert_true(pulse_accelerometer_take(&sample), "at %d", counts);
		zassert_mem_equal(sample.xyz, xyz, sizeof(xyz), "at %d", counts);
	}
}

ZTEST(accelerometer, test_counts_of_si_values)
{
	const struct {
		struct sensor_value value; /* m/s^2 */
		int16_t counts;
	} cases[] = {
		{{0, 0}, 0},
		{{9, 806650}, 4096},
		{{-9, -806650}, -4096},
		{{78, 453200}, INT16_MAX},   /* 8 g: one more than there is */
		{{-78, -453200}, INT16_MIN}, /* -8 g */
		{{1000, 0}, INT16_MAX},
		{{-1000, 0}, INT16_MIN},
		{{0, 1197}, 0}, /* half a count is 1197.1 um/s^2 */
		{{0, 1198}, 1},
		{{0, -1198}, -1},
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		zassert_equal(pulse_acc_counts(&cases[i].value), cases[i].counts, "case %d", i);
	}
}

ZTEST(accelerometer, test_samples_carry_the_time_of_their_interrupt)
{
	struct pulse_acc_sample sample;
	int64_t start_us = run(10);

	for (int i = 0; i < 10; i++) {
		k_msleep(STEP_US / 1000);
		zassert_true(pulse_accelerometer_take(&sample));
		zassert_equal(sample.uptime_us, start_us + i * STEP_US);
		zassert_equal(sample.xyz[0], 10 - i);
		zassert_equal(sample.xyz[2], PULSE_ACC_LSB_PER_G);
	}
}

ZTEST(accelerometer, test_a_full_queue_loses_the_newest_and_counts_them)
{
	struct pulse_acc_sample sample;
	uint32_t lost = pulse_accelerometer_lost();

	run(CONFIG_PULSE_ACC_QUEUE + 3);
	k_msleep((CONFIG_PULSE_ACC_QUEUE + 4) * STEP_US / 1000);
	zassert_equal(pulse_accelerometer_lost(), lost + 3);
	for (int i = 0; i < CONFIG_PULSE_ACC_QUEUE; i++) {
		zassert_true(pulse_accelerometer_take(&sample));
		zassert_equal(sample.xyz[0], CONFIG_PULSE_ACC_QUEUE + 3 - i);
	}
	zassert_false(pulse_accelerometer_take(&sample));
}

ZTEST(accelerometer, test_samples_overtaken_by_the_next_are_counted)
{
	struct pulse_acc_sample sample;
	uint32_t lost = pulse_accelerometer_lost();

	run(4);
	/* The driver's work waits while this thread holds the processor: only the newest is left.
	 */
	k_sched_lock();
	k_busy_wait(5 * STEP_US);
	k_sched_unlock();
	k_yield();
	zassert_true(pulse_accelerometer_take(&sample));
	zassert_equal(sample.xyz[0], 1);
	zassert_false(pulse_accelerometer_take(&sample));
	zassert_equal(pulse_accelerometer_lost(), lost + 3);
}
