/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's emulated BMA4xx keeps registers and scales by its range. In front of it on its bus stand
 * what it lacks: the soft reset, a chip that does not answer, and one that lost its power.
 */
#include "emulated_accelerometer.h"

#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/emul_sensor.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>
#include <zephyr/init.h>
#include <zephyr/sys/util.h>

#define ACC_NODE DT_ALIAS(pulse_accel)

/* Registers of the data sheet, BST-BMA423-DS000. */
#define ACC_CONF      0x40
#define ACC_RANGE     0x41
#define PWR_CTRL      0x7d
#define PWR_ACC_EN    BIT(2)
#define CMD           0x7e
#define CMD_RESET     0xb6
#define CONF_DEFAULT  0xa8
#define RANGE_DEFAULT 0x01 /* +-4 g */

#define SHIFT        7           /* q31 of m/s^2 below 128 */
#define G_Q31        164528246LL /* 9.80665 m/s^2 * 2^(31 - SHIFT) */
#define COUNTS_PER_G 4096        /* of what is pushed */

static const struct emul *const chip = EMUL_DT_GET(ACC_NODE);
static bool gone;
static bool enabled;

static int forward(uint8_t reg, uint8_t value)
{
	struct i2c_msg msgs[] = {
		{.buf = &reg, .len = 1, .flags = I2C_MSG_WRITE},
		{.buf = &value, .len = 1, .flags = I2C_MSG_WRITE | I2C_MSG_STOP},
	};

	return chip->bus.i2c->api->transfer(chip, msgs, ARRAY_SIZE(msgs), 0);
}

static void reset_registers(void)
{
	(void)forward(ACC_CONF, CONF_DEFAULT);
	(void)forward(ACC_RANGE, RANGE_DEFAULT);
	(void)forward(PWR_CTRL, 0);
	enabled = false;
}

static int write_reg(uint8_t reg, uint8_t value)
{
	if (reg == CMD) {
		if (value == CMD_RESET) {
			reset_registers();
		}
		return 0;
	}
	if (reg == PWR_CTRL) {
		enabled = (value & PWR_ACC_EN) != 0;
	}
	return forward(reg, value);
}

/* One message with the register's number before a byte, or two. */
static int transfer(const struct emul *target, struct i2c_msg *msgs, int count, int address)
{
	if (gone) {
		return -EIO;
	}
	if (count == 1) {
		return msgs[0].len == 2 ? write_reg(msgs[0].buf[0], msgs[0].buf[1]) : 0;
	}
	if ((msgs[1].flags & I2C_MSG_READ) == 0) {
		return write_reg(msgs[0].buf[0], msgs[1].buf[0]);
	}
	return chip->bus.i2c->api->transfer(target, msgs, count, address);
}

static int stand_in_front(void)
{
	static struct i2c_emul_api in_front = {.transfer = transfer};

	chip->bus.i2c->mock_api = &in_front;
	return 0;
}

SYS_INIT(stand_in_front, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);

void pulse_emulated_accelerometer_vanish(bool is_gone)
{
	gone = is_gone;
}

void pulse_emulated_accelerometer_power_cycle(void)
{
	reset_registers();
}

uint32_t pulse_emulated_accelerometer_refused(void)
{
	return 0;
}

void pulse_emulated_accelerometer_push(const int16_t xyz[3])
{
	if (gone || !enabled) {
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		struct sensor_chan_spec channel = {SENSOR_CHAN_ACCEL_X + axis, 0};
		q31_t value = xyz[axis] * G_Q31 / COUNTS_PER_G;

		(void)emul_sensor_backend_set_channel(chip, channel, &value, SHIFT);
	}
}
