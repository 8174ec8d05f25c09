/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user may change. A change acts within one hop, and outlives a reset where the image has
 * Zephyr's settings subsystem: one record with version and CRC-32, written as a whole.
 */
#ifndef PULSE_CONFIG_SETTINGS_H_
#define PULSE_CONFIG_SETTINGS_H_

#include <stddef.h>
#include <stdint.h>

enum pulse_config_key {
	PULSE_CONFIG_POLICY,    /* 1: the power policy may skip inferences and dim the LED */
	PULSE_CONFIG_LED_UA,    /* current of the LED that is read, uA */
	PULSE_CONFIG_VALID_Q15, /* least confidence of a valid result, Q15 */
	PULSE_CONFIG_KEYS,
};

struct pulse_config_entry {
	const char *name;
	int32_t minimum;
	int32_t maximum;
	int32_t initial;
};

/* Where the values in use come from. */
enum pulse_config_origin {
	PULSE_CONFIG_DEFAULTS, /* nothing is stored */
	PULSE_CONFIG_STORED,
	PULSE_CONFIG_DAMAGED, /* defaults: CRC, length or a value is wrong, or storage unreadable */
	PULSE_CONFIG_FOREIGN, /* defaults: written by another version */
};

struct pulse_config_state {
	enum pulse_config_origin origin;
	uint32_t faults; /* times since boot that stored values were refused */
	int error;       /* of the last try to store, negative errno; 0: it worked, or none was */
};

/** Layout of the stored record; a change of keys, their order or their units raises it. */
#define PULSE_CONFIG_VERSION 1

/** The settings subsystem's name of the record. */
#define PULSE_CONFIG_PATH "pulse/config"

/** Read what is stored. Without any, or with any that is wrong: defaults, and a line in the log. */
void pulse_config_load(void);

/** A value in use; any thread, never blocks. */
int32_t pulse_config_get(enum pulse_config_key key);

/**
 * Change a value and store all of them. May wait for flash.
 * @return 0; -EINVAL: no such key; -ERANGE: beyond the entry's limits; or the storage's error. The
 * value is unchanged unless 0 is returned.
 */
int pulse_config_set(enum pulse_config_key key, int32_t value);

/** All defaults, stored. @return as pulse_config_set */
int pulse_config_reset(void);

/** Name and limits; NULL for no such key. */
const struct pulse_config_entry *pulse_config_entry(enum pulse_config_key key);

/** Key of a name. @return -EINVAL if there is none */
int pulse_config_find(const char *name);

/** Where the values come from; any thread. */
void pulse_config_state(struct pulse_config_state *out);

/** "defaults", "stored", "defaults (stored record damaged)", "defaults (stored by another version)"
 */
const char *pulse_config_origin_name(enum pulse_config_origin origin);

#endif /* PULSE_CONFIG_SETTINGS_H_ */
