/* SPDX-License-Identifier: Apache-2.0 */
#include "bma4xx.h"

#include <zephyr/drivers/i2c.h>
#include <zephyr/sys/byteorder.h>

#include "settings/board.h"

#define DATA_8                                                                                     \
	0x12 /* X, Y, Z: 12 bits each, left-justified in 16, low byte first (BST-BMA423-DS000) */

static const struct i2c_dt_spec bus = I2C_DT_SPEC_GET(PULSE_ACC_NODE);

int pulse_bma4xx_read(int16_t xyz[3])
{
	uint8_t bytes[6];
	int ret = i2c_burst_read_dt(&bus, DATA_8, bytes, sizeof(bytes));

	/* +-8 g in 16 bits are 4096 to the g. */
	for (int axis = 0; ret == 0 && axis < 3; axis++) {
		xyz[axis] = (int16_t)(sys_get_le16(&bytes[2 * axis]) & 0xfff0);
	}
	return ret;
}
