/* SPDX-License-Identifier: Apache-2.0 */
#include "absence.h"

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include <pulse/hop.h>

#include "accelerometer.h"
#include "estimation/publish.h"
#include "led.h"
#include "queue.h"
#include "settings/board.h"
#include "supervisor.h"

LOG_MODULE_REGISTER(absence, CONFIG_PULSE_LOG_LEVEL);

#define AFTER_US (CONFIG_PULSE_PROXIMITY_AFTER_S * (int64_t)USEC_PER_SEC)

static void sense(struct k_work *work);

static const struct device *const ppg = DEVICE_DT_GET(PULSE_PPG_NODE);
static K_WORK_DEFINE(sensing_work, sense);
static atomic_t enabled = ATOMIC_INIT(IS_ENABLED(CONFIG_PULSE_PROXIMITY));
static atomic_t since_ms; /* uptime at which sensing began; 0: it samples */
static int64_t skin_us;   /* uptime of the latest batch with skin; 0: none since the start */

/* One channel that sees skin is enough. */
static bool sees_skin(const struct pulse_ppg_batch *batch)
{
	for (int channel = 0; channel < batch->channels; channel++) {
		uint64_t sum = 0;

		for (int i = 0; i < batch->samples; i++) {
			sum += pulse_led_scaled(batch, i, channel);
		}
		if (sum >= (uint64_t)PULSE_DARK_COUNTS * batch->samples) {
			return true;
		}
	}
	return false;
}

static void pause_others(bool on)
{
	(void)atomic_set(&since_ms, on ? MAX(k_uptime_get_32(), 1) : 0);
	pulse_accelerometer_pause(on);
	pulse_publish_pause(on);
	pulse_supervisor_wait(on);
}

/* In the sensors' work queue: it may wait for the bus. */
static void sense(struct k_work *work)
{
	ARG_UNUSED(work);
	pause_others(true);

	int ret = pulse_ppg_proximity(ppg);

	if (ret != 0) {
		pause_others(false);
		LOG_WRN("%s: no proximity: %d", ppg->name, ret);
	}
}

void pulse_absence_batch(const struct pulse_ppg_batch *batch)
{
	int64_t end_us = pulse_ppg_time_us(batch, batch->samples);

	/* One of before may still have been on its way. */
	if (pulse_absence_sensing() &&
	    (int32_t)((uint32_t)(end_us / USEC_PER_MSEC) - (uint32_t)atomic_get(&since_ms)) > 0) {
		pause_others(false);
	}
	if (skin_us == 0 || sees_skin(batch)) {
		skin_us = end_us;
	} else if (atomic_get(&enabled) && end_us - skin_us >= AFTER_US) {
		skin_us = end_us; /* the next try, should this one fail */
		(void)k_work_submit_to_queue(pulse_sensor_queue(), &sensing_work);
	}
}

void pulse_absence_enable(bool on)
{
	(void)atomic_set(&enabled, on);
}

bool pulse_absence_sensing(void)
{
	return atomic_get(&since_ms) != 0;
}
