/* SPDX-License-Identifier: Apache-2.0 */
#include "led.h"

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

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
static const uint32_t board_ua[PULSE_PPG_LEDS] = DT_PROP(PULSE_PPG_NODE, led_current_microamp);
static const uint8_t slots[] = DT_PROP(PULSE_PPG_NODE, slots);
static K_WORK_DEFINE(settling, settle);
static atomic_t set_ua[PULSE_PPG_LEDS];    /* 0: not yet */
static atomic_t doublings[PULSE_PPG_LEDS]; /* of the reference */

/* LED of a channel, from 0. Chips with two photodiodes have two channels a slot. */
static int led_of(int channel)
{
	return slots[channel * ARRAY_SIZE(slots) / PULSE_PPG_BOARD_CHANNELS] - 1;
}

static uint32_t times_two_to(uint32_t ua, int power)
{
	return power >= 0 ? ua << power : ua >> -power;
}

static uint32_t stepped(uint32_t ua)
{
	struct pulse_ppg_info info;

	pulse_ppg_info(ppg, &info);
	ua = MIN(ua, info.led_max_ua);
	/* Half a step would be no light at all. */
	return MAX(ROUND_DOWN(ua, info.led_step_ua), info.led_step_ua);
}

static uint32_t reference_ua(int led)
{
	return stepped(times_two_to(board_ua[led], (int)atomic_get(&doublings[led])));
}

/* The reference, in the user's proportion to the board's, less the policy's dimming. */
static uint32_t wanted_ua(int led, int shift)
{
	uint64_t user_ua = pulse_config_get(PULSE_CONFIG_LED_UA);

	return stepped((uint32_t)(user_ua * reference_ua(led) / PULSE_PPG_BOARD_UA) >> shift);
}

static int policy_shift(void)
{
	struct pulse_rest rest;

	pulse_infer_rest(&rest);

	bool judged = pulse_clock_from_uptime_us(pulse_motion_uptime_us()) < rest.end_us;

	return judged ? rest.led_shift : 0;
}

void pulse_led_set(void)
{
	int shift = policy_shift();

	for (int channel = 0; channel < PULSE_PPG_BOARD_CHANNELS; channel++) {
		int led = led_of(channel);
		uint32_t ua = wanted_ua(led, shift);

		if (ua != atomic_get(&set_ua[led]) && pulse_ppg_led(ppg, channel, ua) == 0) {
			atomic_set(&set_ua[led], ua);
		}
	}
	pulse_motion_watch(shift > 0);
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
	return (uint32_t)atomic_get(&set_ua[led_of(0)]);
}

bool pulse_led_change_gain(int channel, int by)
{
	int led = led_of(channel);
	uint32_t before = wanted_ua(led, 0);

	if (times_two_to(before, by) > CONFIG_PULSE_LED_MAX_UA && by > 0) {
		return false;
	}
	atomic_add(&doublings[led], by);
	if (wanted_ua(led, 0) == before) { /* at the chip's end */
		atomic_add(&doublings[led], -by);
		return false;
	}
	return true;
}

int pulse_led_gain(int channel)
{
	return (int)atomic_get(&doublings[led_of(channel)]);
}

uint32_t pulse_led_scaled(const struct pulse_ppg_batch *batch, int sample, int channel)
{
	uint32_t counts = pulse_ppg_counts(batch, sample, channel);
	uint32_t reference = reference_ua(led_of(channel));
	uint32_t lit_ua = batch->led_ua[channel];

	if (batch->bits < PULSE_PPG_BITS) {
		counts <<= PULSE_PPG_BITS - batch->bits;
	} else {
		counts >>= batch->bits - PULSE_PPG_BITS;
	}
	if (lit_ua == reference || lit_ua == 0) {
		return counts;
	}
	return MIN((uint64_t)counts * reference / lit_ua, PULSE_PPG_MAX);
}

bool pulse_led_settled(const struct pulse_ppg_batch *batch)
{
	for (int channel = 0; channel < batch->channels; channel++) {
		if (batch->led_ua[channel] != wanted_ua(led_of(channel), policy_shift())) {
			return false;
		}
	}
	return true;
}
