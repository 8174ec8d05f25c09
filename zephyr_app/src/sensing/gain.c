/* SPDX-License-Identifier: Apache-2.0 */
#include "gain.h"

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include <pulse/hop.h>

#include "led.h"

LOG_MODULE_REGISTER(gain, CONFIG_PULSE_LOG_LEVEL);

/* A raw count above 15/16 of full scale leaves no room for motion; so do 1 in 8 of a batch. */
#define BRIGHT_16THS  15
#define BRIGHT_ONE_IN 8

/*
 * Mean light with the reference current. Below 1/16 of full scale a pulse of 0.5 % has 80 counts:
 * too dark, but below a quarter of the contact threshold no current makes a pulse visible, and
 * nothing says that skin is there. Limits lie a factor of 15 apart, steps are of 2: none undoes the
 * other.
 */
#define DARK    (PULSE_PPG_MAX / 16)
#define NO_SKIN (PULSE_DARK_COUNTS / 4)
#define DARK_US (2 * USEC_PER_SEC) /* for so long */

/* A new current reaches the chip within a batch; after this the signal goes on without it. */
#define SETTLE_US (3 * USEC_PER_SEC)

static atomic_t enabled = ATOMIC_INIT(IS_ENABLED(CONFIG_PULSE_GAIN));
static atomic_t steps;
static int64_t changed_us; /* a new current was asked for at this time; 0: none is awaited */
static int64_t light_us[PULSE_PPG_CHANNELS]; /* not dark, or dark without skin, until then */

static bool too_bright(const struct pulse_ppg_batch *batch, int channel)
{
	uint32_t limit = (uint32_t)((BIT64(batch->bits) * BRIGHT_16THS) / 16);
	int bright = 0;

	for (int i = 0; i < batch->samples; i++) {
		bright += pulse_ppg_counts(batch, i, channel) >= limit;
	}
	return bright * BRIGHT_ONE_IN >= batch->samples;
}

static bool too_dark(const struct pulse_ppg_batch *batch, int channel)
{
	uint64_t sum = 0;

	for (int i = 0; i < batch->samples; i++) {
		sum += pulse_led_scaled(batch, i, channel);
	}

	uint32_t mean = (uint32_t)(sum / batch->samples);

	return mean >= NO_SKIN && mean < DARK;
}

/* @return doublings that a channel asks for: -1, 0 or 1 */
static int wanted(const struct pulse_ppg_batch *batch, int channel, int64_t end_us)
{
	if (too_bright(batch, channel)) {
		light_us[channel] = end_us;
		return -1;
	}
	if (!too_dark(batch, channel)) {
		light_us[channel] = end_us;
		return 0;
	}
	if (end_us - light_us[channel] < DARK_US) {
		return 0;
	}
	light_us[channel] = end_us;
	return 1;
}

/* Channels of one LED agree: down if one saturates, up if no other one objects. */
static bool adjust(const struct pulse_ppg_batch *batch, int64_t end_us)
{
	int wish[PULSE_PPG_CHANNELS];
	bool changed = false;

	for (int i = 0; i < batch->channels; i++) {
		wish[i] = wanted(batch, i, end_us);
	}
	for (int i = 0; i < batch->channels; i++) {
		bool first = true;
		int by = wish[i];

		for (int j = 0; j < batch->channels; j++) {
			if (batch->led[j] == batch->led[i]) {
				first = first && j >= i;
				by = MIN(by, wish[j]);
			}
		}
		if (first && by != 0 && pulse_led_change_gain(i, by)) {
			LOG_INF("PPG channel %d: gain 2^%d", i, pulse_led_gain(i));
			(void)atomic_inc(&steps);
			changed = true;
		}
	}
	return changed;
}

int64_t pulse_gain_batch(const struct pulse_ppg_batch *batch)
{
	int64_t first_us = pulse_ppg_time_us(batch, 0);
	int64_t end_us = pulse_ppg_time_us(batch, batch->samples);

	if (changed_us != 0) {
		if (!pulse_led_settled(batch) && first_us - changed_us < SETTLE_US) {
			return INT64_MAX;
		}

		int64_t from_us = changed_us + PULSE_GAP_US + 1;

		changed_us = end_us > from_us ? 0 : changed_us;
		return from_us;
	}
	if (atomic_get(&enabled) && adjust(batch, end_us)) {
		/* What has gone to the aligner ends with this batch's last sample. */
		changed_us = pulse_ppg_time_us(batch, batch->samples - 1);
		pulse_led_settle();
	}
	return INT64_MIN;
}

void pulse_gain_enable(bool on)
{
	(void)atomic_set(&enabled, on);
}

uint32_t pulse_gain_steps(void)
{
	return (uint32_t)atomic_get(&steps);
}
