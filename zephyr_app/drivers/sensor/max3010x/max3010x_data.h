/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MAX3010X_DATA_H_
#define MAX3010X_DATA_H_

#include <zephyr/drivers/i2c.h>

#include "max3010x_reg.h"
#include "ppg_data.h"

/* Bytes of a read at most: EasyDMA of an nRF52832 counts to 255, and its driver splits nothing. */
#define MAX3010X_BURST_MAX 255

struct max3010x_config {
	struct pulse_ppg_config ppg; /* first */
	struct i2c_dt_spec i2c;
	uint8_t fifo_config;
	uint8_t spo2_config;
	uint8_t multi_led[2]; /* LED numbers of slots 2 and 1, 4 and 3 */
};

struct max3010x_data {
	struct pulse_ppg_data ppg; /* first */
	uint8_t spo2_config;       /* as the user set the pulse width; 0: not yet */
};

/** The chip's operations. */
extern const struct pulse_ppg_chip max3010x_chip;

#endif /* MAX3010X_DATA_H_ */
