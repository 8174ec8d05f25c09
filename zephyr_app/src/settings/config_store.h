/* SPDX-License-Identifier: Apache-2.0 */
/* The stored record of config.c: version, size, values, CRC-32. Private to config.c and tests. */
#ifndef PULSE_CONFIG_STORE_H_
#define PULSE_CONFIG_STORE_H_

#include <zephyr/toolchain.h>

#include "config.h"

/* Little-endian. A later version may be longer: its first 4 bytes and its last 4 mean the same. */
struct pulse_config_record {
	uint16_t version;
	uint16_t size; /* bytes of the whole record */
	int32_t values[PULSE_CONFIG_KEYS];
	uint32_t crc; /* CRC-32 (IEEE) of all before it */
} __packed;

/** Read the record. @return PULSE_CONFIG_STORED with all values filled in, or why not */
enum pulse_config_origin pulse_config_store_load(int32_t values[PULSE_CONFIG_KEYS]);

/** Write it. @return 0 or negative errno; 0 without storage */
int pulse_config_store_save(const int32_t values[PULSE_CONFIG_KEYS]);

#endif /* PULSE_CONFIG_STORE_H_ */
