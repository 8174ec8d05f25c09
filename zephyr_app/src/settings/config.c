/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <zephyr/devicetree.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include "board.h"
#include "config_store.h"
#include "pulse_config.h"

LOG_MODULE_REGISTER(config, CONFIG_PULSE_LOG_LEVEL);

BUILD_ASSERT(PULSE_PPG_BOARD_UA >= 200,
	     "led-current-microamp: expected 200 or more for the LED of the first slot");

static const struct pulse_config_entry entries[PULSE_CONFIG_KEYS] = {
	[PULSE_CONFIG_POLICY] = {"policy", 0, 1, IS_ENABLED(CONFIG_PULSE_POLICY)},
	[PULSE_CONFIG_LED_UA] = {"led_ua", 200, 51000, PULSE_PPG_BOARD_UA}, /* the chip's range */
	[PULSE_CONFIG_VALID_Q15] = {"valid_q15", 16384, 32768, PULSE_CONFIDENCE_VALID},
};

static atomic_t values[PULSE_CONFIG_KEYS];
static K_MUTEX_DEFINE(lock); /* writers, and the state */
static struct pulse_config_state state;

static bool in_range(enum pulse_config_key key, int32_t value)
{
	return IN_RANGE(value, entries[key].minimum, entries[key].maximum);
}

static enum pulse_config_origin judge(enum pulse_config_origin origin,
				      const int32_t stored[PULSE_CONFIG_KEYS])
{
	for (int key = 0; origin == PULSE_CONFIG_STORED && key < PULSE_CONFIG_KEYS; key++) {
		if (!in_range(key, stored[key])) {
			return PULSE_CONFIG_DAMAGED;
		}
	}
	return origin;
}

void pulse_config_load(void)
{
	int32_t stored[PULSE_CONFIG_KEYS];

	k_mutex_lock(&lock, K_FOREVER);
	state.origin = judge(pulse_config_store_load(stored), stored);
	state.faults += state.origin > PULSE_CONFIG_STORED;
	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		atomic_set(&values[key], state.origin == PULSE_CONFIG_STORED
						 ? stored[key]
						 : entries[key].initial);
	}
	if (state.origin > PULSE_CONFIG_STORED) {
		LOG_WRN("settings: %s", pulse_config_origin_name(state.origin));
	}
	k_mutex_unlock(&lock);
}

int32_t pulse_config_get(enum pulse_config_key key)
{
	return key < PULSE_CONFIG_KEYS ? (int32_t)atomic_get(&values[key]) : 0;
}

/* Store first: what is in use is what a reset would find. */
static int change(const int32_t wanted[PULSE_CONFIG_KEYS])
{
	state.error = pulse_config_store_save(wanted);
	if (state.error == 0) {
		for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
			atomic_set(&values[key], wanted[key]);
		}
		state.origin = PULSE_CONFIG_STORED;
	}
	return state.error;
}

int pulse_config_set(enum pulse_config_key key, int32_t value)
{
	int32_t wanted[PULSE_CONFIG_KEYS];

	if (key >= PULSE_CONFIG_KEYS) {
		return -EINVAL;
	}
	if (!in_range(key, value)) {
		return -ERANGE;
	}
	k_mutex_lock(&lock, K_FOREVER);
	for (int i = 0; i < PULSE_CONFIG_KEYS; i++) {
		wanted[i] = i == key ? value : (int32_t)atomic_get(&values[i]);
	}
	int ret = change(wanted);

	k_mutex_unlock(&lock);
	return ret;
}

int pulse_config_reset(void)
{
	int32_t wanted[PULSE_CONFIG_KEYS];

	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		wanted[key] = entries[key].initial;
	}
	k_mutex_lock(&lock, K_FOREVER);
	int ret = change(wanted);

	k_mutex_unlock(&lock);
	return ret;
}

const struct pulse_config_entry *pulse_config_entry(enum pulse_config_key key)
{
	return key < PULSE_CONFIG_KEYS ? &entries[key] : NULL;
}

int pulse_config_find(const char *name)
{
	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		if (strcmp(name, entries[key].name) == 0) {
			return key;
		}
	}
	return -EINVAL;
}

void pulse_config_state(struct pulse_config_state *out)
{
	k_mutex_lock(&lock, K_FOREVER);
	*out = state;
	k_mutex_unlock(&lock);
}

const char *pulse_config_origin_name(enum pulse_config_origin origin)
{
	static const char *const names[] = {
		[PULSE_CONFIG_DEFAULTS] = "defaults",
		[PULSE_CONFIG_STORED] = "stored",
		[PULSE_CONFIG_DAMAGED] = "defaults (stored record damaged)",
		[PULSE_CONFIG_FOREIGN] = "defaults (stored by another version)",
	};

	return names[origin];
}
