/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A register file for Zephyr's BMA4xx driver, by the data sheet (BST-BMA423-DS000). Beyond
 * registers:
 *  - 12 bits, left-justified in 16; the range scales them;
 *  - without PWR_CTRL's acc_en the data registers keep their last sample;
 *  - a soft reset, and a loss of power, restore the defaults.
 */
#include "emulated_accelerometer.h"

#include <string.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "emulated_registers.h"

#define CHIP_ID        0x00
#define CHIP_ID_BMA422 0x12
#define DATA_8         0x12 /* X, low byte */
#define ACC_CONF       0x40
#define CONF_DEFAULT   0xa8
#define ACC_RANGE      0x41
#define RANGE_DEFAULT  1 /* +-4 g; +-2 g << value */
#define PWR_CTRL       0x7d
#define PWR_ACC_EN     BIT(2)
#define CMD            0x7e
#define CMD_RESET      0xb6
#define REGISTERS      0x80

#define COUNTS_8G 16 /* of what is pushed to one of 12 bits at +-8 g: 4096 and 256 to the g */

static uint8_t regs[REGISTERS];

static void reset_registers(void)
{
	memset(regs, 0, sizeof(regs));
	regs[CHIP_ID] = CHIP_ID_BMA422;
	regs[ACC_CONF] = CONF_DEFAULT;
	regs[ACC_RANGE] = RANGE_DEFAULT;
}

static void write_reg(uint8_t reg, uint8_t value)
{
	if (reg == CMD && value == CMD_RESET) {
		reset_registers();
	} else if (reg >= ACC_CONF && reg < CMD) {
		regs[reg] = value;
	}
}

static uint8_t read_reg(uint8_t reg)
{
	return regs[reg % REGISTERS];
}

const struct pulse_emulated_registers pulse_emulated_chip = {read_reg, write_reg, reset_registers};

void pulse_emulated_accelerometer_push(const int16_t xyz[3])
{
	int range_g = 2 << regs[ACC_RANGE];

	if (pulse_emulated_registers_gone() || (regs[PWR_CTRL] & PWR_ACC_EN) == 0) {
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		int lsb = DIV_ROUND_CLOSEST(xyz[axis] * 8, COUNTS_8G * range_g);

		sys_put_le16((uint16_t)(CLAMP(lsb, -2048, 2047) << 4), &regs[DATA_8 + 2 * axis]);
	}
}
