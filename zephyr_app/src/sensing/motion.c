/* SPDX-License-Identifier: Apache-2.0 */
#include "motion.h"

#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include "queue.h"
#include "settings/board.h"

LOG_MODULE_REGISTER(motion, CONFIG_PULSE_LOG_LEVEL);

/*
 * Between one sample and the next, on any axis: 0.04 g, the level of a moving hop, which a BMI160
 * at
 * +-8 g makes 31 mg. An arm that starts to walk swings by more within 10 ms; its noise is 2 mg.
 */
#define SLOPE_UM_S2 (SENSOR_G * 4 / 100)

static const struct device *const sensor = DEVICE_DT_GET(PULSE_ACC_NODE);
static const struct sensor_trigger any_motion = {
	.type = SENSOR_TRIG_DELTA,
	.chan = SENSOR_CHAN_ACCEL_XYZ,
};

static void (*tell)(void);
static bool usable;
static bool watching;
static atomic_t armed; /* no motion so far in this watch */
static struct k_spinlock lock;
static int64_t seen_us;
static uint32_t count;

static void end_watch(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!atomic_get(&armed)) {
		pulse_motion_watch(false);
	}
}

static K_WORK_DEFINE(ending, end_watch);

static void on_motion(const struct device *dev, const struct sensor_trigger *trigger)
{
	ARG_UNUSED(dev);
	ARG_UNUSED(trigger);
	if (!atomic_cas(&armed, true, false)) {
		return;
	}

	k_spinlock_key_t key = k_spin_lock(&lock);

	seen_us = k_ticks_to_us_floor64(k_uptime_ticks());
	count++;
	k_spin_unlock(&lock, key);
	(void)k_work_submit_to_queue(pulse_sensor_queue(), &ending);
	tell();
}

void pulse_motion_watch(bool on)
{
	if (!usable || on == watching) {
		return;
	}

	(void)atomic_set(&armed, on);

	int ret = sensor_trigger_set(sensor, &any_motion, on ? on_motion : NULL);

	if (ret == 0) {
		watching = on;
	} else {
		LOG_WRN("%s: any-motion: %d", sensor->name, ret);
	}
}

int pulse_motion_start(void (*moved)(void))
{
	const struct sensor_value slope = {.val2 = SLOPE_UM_S2};
	int ret = sensor_attr_set(sensor, SENSOR_CHAN_ACCEL_XYZ, SENSOR_ATTR_SLOPE_TH, &slope);

	tell = moved;
	usable = ret == 0;
	watching = false; /* a sensor that was set up anew watches nothing */
	return ret;
}

int64_t pulse_motion_uptime_us(void)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	int64_t uptime_us = seen_us;

	k_spin_unlock(&lock, key);
	return uptime_us;
}

uint32_t pulse_motion_count(void)
{
	return count;
}
