/* SPDX-License-Identifier: Apache-2.0 */
#include "led.h"

#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include <drivers/sensor/ppg.h>
#include <pulse/hop.h>

#include "clock.h"
#include "estimation/infer.h"
#include "motion.h"
#include "queue.h"
#include "settings/board.h"
#include "settings/config.h"

LOG_MODULE_REGISTER(led, CONFIG_PULSE_LOG_LEVEL);

static void settle(struct k_work *work);

static const struct device *const ppg = DEVICE_DT_GET(PULSE_PPG_NODE);
static K_WORK_DEFINE(settling, settle);
static atomic_t set_ua; /* 0: not yet */

/* The current that the counts stand for, whatever the LED is dimmed to; uA, as the chip steps it.
 */
static uint32_t user_ua(void)
{
	return ROUND_DOWN(pulse_config_get(PULSE_CONFIG_LED_UA), MAX3010X_LED_STEP_UA);
}

/* Less the policy's dimming, and as the chip steps it: half a step would be no light at all. */
static uint32_t dimmed_ua(int shift)
{
	return MAX(ROUND_DOWN(user_ua() >> shift, MAX3010X_LED_STEP_UA), MAX3010X_LED_STEP_UA);
}

void pulse_led_set(void)
{
	struct pulse_rest rest;

	pulse_infer_rest(&rest);

	bool judged = pulse_clock_from_uptime_us(pulse_motion_uptime_us()) < rest.end_us;
	struct sensor_value current = {.val1 = dimmed_ua(judged ? rest.led_shift : 0)};

	if (current.val1 != atomic_get(&set_ua) &&
	    sensor_attr_set(ppg, PULSE_PPG_CHANNEL, PULSE_PPG_ATTR_LED_CURRENT, &current) == 0) {
		atomic_set(&set_ua, current.val1);
	}
	pulse_motion_watch(judged && rest.led_shift > 0);
}

static void settle(struct k_work *work)
{
	ARG_UNUSED(work);
	if (device_is_ready(ppg)) {
		pulse_led_set();
	}
}

void pulse_led_motion(void)
{
	int ret = pulse_motion_start(pulse_led_settle);

	if (ret != 0) {
		LOG_WRN("no any-motion interrupt: %d; the LED waits for the hop", ret);
	}
}

void pulse_led_settle(void)
{
	(void)k_work_submit_to_queue(pulse_sensor_queue(), &settling);
}

uint32_t pulse_led_ua(void)
{
	return (uint32_t)atomic_get(&set_ua);
}

uint32_t pulse_led_undimmed(uint32_t counts, uint32_t led_ua)
{
	if (led_ua == user_ua() || led_ua == 0) {
		return counts;
	}
	return MIN((uint64_t)counts * user_ua() / led_ua, PULSE_PPG_MAX);
}
