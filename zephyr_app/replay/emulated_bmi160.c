/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's emulated BMI160 keeps registers. What its data sheet (BST-BMI160-DS000) says beyond that
 * is added here, in front of it on its bus:
 *  - data ready with each sample, and any-motion, held and not latched while the slope exceeds the
 *    threshold (2.6), each where it is enabled and mapped to INT1;
 *  - after a reset, or without power for a moment, the chip is suspended and its registers are at
 *    their defaults; suspended it takes no sample, loses burst writes, and loses a write that comes
 *    less than 450 us after the one before (3.2.4); commands come through.
 */
#include "emulated_accelerometer.h"

#include <stdlib.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/emul_sensor.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>
#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#define ACC_NODE DT_ALIAS(pulse_accel)

/* Registers, and what is used of them. */
#define PMU_STATUS       0x03
#define PMU_ACC_NORMAL   BIT(4)
#define INT_STATUS0      0x1c
#define INT_STATUS0_ANYM BIT(2)
#define INT_STATUS1      0x1d
#define INT_STATUS1_DRDY BIT(4)
#define INT_STATUS2      0x1e /* BIT(axis): who was first */
#define ACC_CONF         0x40
#define ACC_RANGE        0x41
#define INT_EN0          0x50 /* BIT(axis) */
#define INT_EN1          0x51
#define INT_EN1_DRDY     BIT(4)
#define INT_OUT_CTRL     0x53
#define INT_OUT_INT1     BIT(3)
#define INT_MAP0         0x55
#define INT_MAP0_ANYM    BIT(2)
#define INT_MAP1         0x56
#define INT_MAP1_DRDY    BIT(7)
#define INT_MOTION1      0x60 /* threshold */
#define CMD              0x7e
#define CMD_RESET        0xb6
#define CMD_PMU_ACC      0x10 /* and the mode in bits 1:0, 1: normal */
#define AXES             BIT_MASK(3)

#define SLOPE_STEP       64 /* counts to one of INT_MOTION1 at +-8 g: 15.63 mg; 0 is half of it */
#define SUSPEND_PAUSE_US 450

/*
 * Zephyr's emulator makes counts = value * 32767 / FULL_SCALE of a q31 value with shift 7, where
 * FULL_SCALE is its 8 g; this is the inverse, so that the counts come out as they went in.
 */
#define SHIFT      7
#define FULL_SCALE 0x4e7404eaLL

static const struct gpio_dt_spec pin = GPIO_DT_SPEC_GET(ACC_NODE, int_gpios);
static const struct emul *const chip = EMUL_DT_GET(ACC_NODE);

static uint8_t regs[CMD + 1]; /* as written; of those above */
static uint8_t moving;        /* axes */
static int16_t last[3];
static bool gone;
static bool awake;
static int64_t written_us = INT64_MIN; /* the latest write */
static uint32_t refused;               /* writes lost in suspend */

static void drive_pin(int active)
{
	int level = active == ((pin.dt_flags & GPIO_ACTIVE_LOW) == 0);
	gpio_flags_t flags = 0;

	(void)gpio_emul_flags_get(pin.port, pin.pin, &flags);
	if ((flags & GPIO_INPUT) != 0) { /* the driver has taken the pin */
		(void)gpio_emul_input_set(pin.port, pin.pin, level);
	}
}

static bool is_mapped(uint8_t map, uint8_t bit)
{
	return (regs[INT_OUT_CTRL] & INT_OUT_INT1) != 0 && (regs[map] & bit) != 0;
}

static uint8_t motion(void)
{
	return is_mapped(INT_MAP0, INT_MAP0_ANYM) ? regs[INT_EN0] & moving & AXES : 0;
}

/* One register of Zephyr's emulator, which takes this form only. */
static int forward(uint8_t reg, uint8_t value)
{
	struct i2c_msg msgs[] = {
		{.buf = &reg, .len = 1, .flags = I2C_MSG_WRITE},
		{.buf = &value, .len = 1, .flags = I2C_MSG_WRITE | I2C_MSG_STOP},
	};

	if (reg < sizeof(regs)) {
		regs[reg] = value;
	}
	return chip->bus.i2c->api->transfer(chip, msgs, ARRAY_SIZE(msgs), 0);
}

static void reset_registers(void)
{
	static const uint8_t defaults[][2] = {
		{ACC_CONF, 0x28},  {ACC_RANGE, 0x03}, {INT_EN0, 0},  {INT_EN1, 0},
		{INT_OUT_CTRL, 0}, {INT_MAP0, 0},     {INT_MAP1, 0}, {INT_MOTION1, 0x14},
	};

	for (int i = 0; i < ARRAY_SIZE(defaults); i++) {
		(void)forward(defaults[i][0], defaults[i][1]);
	}
	awake = false;
	drive_pin(0);
}

static int write_reg(uint8_t reg, uint8_t value)
{
	int ret = forward(reg, value);

	if (reg == CMD && value == CMD_RESET) {
		reset_registers();
	} else if (reg == CMD && (value & ~3) == CMD_PMU_ACC) {
		awake = (value & 3) == 1;
	} else if (reg == INT_OUT_CTRL || (reg == INT_EN0 && motion() == 0)) {
		drive_pin(0);
	}
	return ret;
}

static int write_regs(uint8_t reg, const struct i2c_msg *msg)
{
	int64_t now_us = k_ticks_to_us_floor64(k_uptime_ticks());
	bool paused = reg == CMD || now_us - SUSPEND_PAUSE_US >= written_us;
	bool allowed = awake || (msg->len == 1 && paused);
	int ret = 0;

	written_us = now_us;
	if (!allowed) {
		refused++;
		return 0; /* the chip acknowledges all the same */
	}
	for (uint32_t i = 0; ret == 0 && i < msg->len; i++) {
		ret = write_reg(reg + i, msg->buf[i]);
	}
	return ret;
}

static void patch_read(uint8_t reg, uint8_t *value)
{
	switch (reg) {
	case PMU_STATUS:
		*value = awake ? PMU_ACC_NORMAL : 0;
		break;
	case INT_STATUS0:
		*value |= motion() != 0 ? INT_STATUS0_ANYM : 0;
		break;
	case INT_STATUS1:
		*value |= INT_STATUS1_DRDY;
		break;
	case INT_STATUS2:
		*value |= motion();
		break;
	default:
		break;
	}
}

/* A register's number, then bytes to it or from it. */
static int transfer(const struct emul *target, struct i2c_msg *msgs, int count, int address)
{
	if (gone) {
		return -EIO;
	}
	if ((msgs[1].flags & I2C_MSG_READ) == 0) {
		return write_regs(msgs[0].buf[0], &msgs[1]);
	}

	int ret = chip->bus.i2c->api->transfer(target, msgs, count, address);

	for (uint32_t i = 0; ret == 0 && i < msgs[1].len; i++) {
		patch_read(msgs[0].buf[0] + i, &msgs[1].buf[i]);
	}
	return ret;
}

static int stand_in_front(void)
{
	static struct i2c_emul_api in_front = {.transfer = transfer};

	chip->bus.i2c->mock_api = &in_front;
	reset_registers();
	return 0;
}

/* Before the application brings the sensor up. */
SYS_INIT(stand_in_front, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);

void pulse_emulated_accelerometer_vanish(bool is_gone)
{
	gone = is_gone;
	drive_pin(0);
}

void pulse_emulated_accelerometer_power_cycle(void)
{
	reset_registers();
}

uint32_t pulse_emulated_accelerometer_refused(void)
{
	return refused;
}

static void find_motion(const int16_t xyz[3])
{
	int limit = regs[INT_MOTION1] > 0 ? regs[INT_MOTION1] * SLOPE_STEP : SLOPE_STEP / 2;

	moving = 0;
	for (int axis = 0; axis < 3; axis++) {
		moving |= abs(xyz[axis] - last[axis]) > limit ? BIT(axis) : 0;
		last[axis] = xyz[axis];
	}
}

void pulse_emulated_accelerometer_push(const int16_t xyz[3])
{
	if (gone || !awake) {
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		struct sensor_chan_spec channel = {SENSOR_CHAN_ACCEL_X + axis, 0};
		q31_t value = DIV_ROUND_CLOSEST(xyz[axis] * FULL_SCALE, INT16_MAX);

		(void)emul_sensor_backend_set_channel(chip, channel, &value, SHIFT);
	}
	find_motion(xyz);
	if (motion() != 0) {
		drive_pin(1);
	} else if (is_mapped(INT_MAP1, INT_MAP1_DRDY) && (regs[INT_EN1] & INT_EN1_DRDY) != 0) {
		drive_pin(1);
		drive_pin(0);
	}
}
