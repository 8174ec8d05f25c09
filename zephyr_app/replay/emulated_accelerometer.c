/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's emulated BMI160 keeps registers and knows no interrupts. They are added here, in front
 * of it on its bus: data ready with each sample, and any-motion as the data sheet has it
 * (BST-BMI160- DS000, 2.6: held, not latched, while the slope exceeds the threshold).
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
#include <zephyr/sys/util.h>

#define ACC_NODE DT_ALIAS(pulse_accel)

/* Registers, and what is used of them. */
#define INT_STATUS0      0x1c
#define INT_STATUS0_ANYM BIT(2)
#define INT_STATUS1      0x1d
#define INT_STATUS1_DRDY BIT(4)
#define INT_STATUS2      0x1e /* BIT(axis): who was first */
#define INT_EN0          0x50 /* BIT(axis) */
#define INT_MOTION1      0x60 /* threshold */
#define AXES             BIT_MASK(3)

#define SLOPE_STEP 64 /* counts to one of INT_MOTION1 at +-8 g: 15.63 mg; 0 is half of it */

/*
 * Zephyr's emulator makes counts = value * 32767 / FULL_SCALE of a q31 value with shift 7, where
 * FULL_SCALE is its 8 g; this is the inverse, so that the counts come out as they went in.
 */
#define SHIFT      7
#define FULL_SCALE 0x4e7404eaLL

static const struct gpio_dt_spec pin = GPIO_DT_SPEC_GET(ACC_NODE, int_gpios);
static const struct emul *const chip = EMUL_DT_GET(ACC_NODE);

static uint8_t enabled; /* axes */
static uint8_t threshold = 0x14;
static uint8_t moving; /* axes */
static int16_t last[3];

static void drive_pin(int active)
{
	int level = active == ((pin.dt_flags & GPIO_ACTIVE_LOW) == 0);

	(void)gpio_emul_input_set(pin.port, pin.pin, level);
}

static void note_write(uint8_t reg, uint8_t value)
{
	switch (reg) {
	case INT_EN0:
		enabled = value & AXES;
		if ((enabled & moving) == 0) {
			drive_pin(0);
		}
		break;
	case INT_MOTION1:
		threshold = value;
		break;
	default:
		break;
	}
}

static void patch_read(uint8_t reg, uint8_t *value)
{
	switch (reg) {
	case INT_STATUS0:
		*value |= (enabled & moving) != 0 ? INT_STATUS0_ANYM : 0;
		break;
	case INT_STATUS1:
		*value |= INT_STATUS1_DRDY;
		break;
	case INT_STATUS2:
		*value |= enabled & moving;
		break;
	default:
		break;
	}
}

/* A register's number, then bytes to it or from it: the only form that the emulator takes. */
static int transfer(const struct emul *target, struct i2c_msg *msgs, int count, int address)
{
	int ret = chip->bus.i2c->api->transfer(target, msgs, count, address);

	for (uint32_t i = 0; ret == 0 && i < msgs[1].len; i++) {
		if ((msgs[1].flags & I2C_MSG_READ) != 0) {
			patch_read(msgs[0].buf[0] + i, &msgs[1].buf[i]);
		} else {
			note_write(msgs[0].buf[0] + i, msgs[1].buf[i]);
		}
	}
	return ret;
}

static int stand_in_front(void)
{
	static struct i2c_emul_api in_front = {.transfer = transfer};

	chip->bus.i2c->mock_api = &in_front;
	drive_pin(0);
	return 0;
}

/* After the drivers, whose pin it is, and before the application's settings. */
SYS_INIT(stand_in_front, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);

static void find_motion(const int16_t xyz[3])
{
	int limit = threshold > 0 ? threshold * SLOPE_STEP : SLOPE_STEP / 2;

	moving = 0;
	for (int axis = 0; axis < 3; axis++) {
		moving |= abs(xyz[axis] - last[axis]) > limit ? BIT(axis) : 0;
		last[axis] = xyz[axis];
	}
}

void pulse_emulated_accelerometer_push(const int16_t xyz[3])
{
	for (int axis = 0; axis < 3; axis++) {
		struct sensor_chan_spec channel = {SENSOR_CHAN_ACCEL_X + axis, 0};
		q31_t value = DIV_ROUND_CLOSEST(xyz[axis] * FULL_SCALE, INT16_MAX);

		(void)emul_sensor_backend_set_channel(chip, channel, &value, SHIFT);
	}
	find_motion(xyz);
	drive_pin(1);
	if ((enabled & moving) == 0) {
		drive_pin(0);
	}
}
