/* SPDX-License-Identifier: Apache-2.0 */
#include "emulated_accelerometer.h"

#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/emul_sensor.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/sys/util.h>

#define ACC_NODE DT_ALIAS(pulse_accel)

/* BMI160 data sheet, register INT_STATUS[1]. */
#define INT_STATUS1      0x1d
#define INT_STATUS1_DRDY BIT(4)

/*
 * Zephyr's emulator makes counts = value * 32767 / FULL_SCALE of a q31 value with shift 7, where
 * FULL_SCALE is its 8 g; this is the inverse, so that the counts come out as they went in.
 */
#define SHIFT      7
#define FULL_SCALE 0x4e7404eaLL

static const struct i2c_dt_spec bus = I2C_DT_SPEC_GET(ACC_NODE);
static const struct gpio_dt_spec pin = GPIO_DT_SPEC_GET(ACC_NODE, int_gpios);
static const struct emul *const chip = EMUL_DT_GET(ACC_NODE);

static void drive_pin(int active)
{
	int level = active == ((pin.dt_flags & GPIO_ACTIVE_LOW) == 0);

	(void)gpio_emul_input_set(pin.port, pin.pin, level);
}

int pulse_emulated_accelerometer_init(void)
{
	drive_pin(0);
	/* The emulator keeps what is written, and never sets the bit itself. It wants two messages.
	 */
	return i2c_burst_write_dt(&bus, INT_STATUS1, &(uint8_t){INT_STATUS1_DRDY}, 1);
}

void pulse_emulated_accelerometer_push(const int16_t xyz[3])
{
	for (int axis = 0; axis < 3; axis++) {
		struct sensor_chan_spec channel = {SENSOR_CHAN_ACCEL_X + axis, 0};
		q31_t value = DIV_ROUND_CLOSEST(xyz[axis] * FULL_SCALE, INT16_MAX);

		(void)emul_sensor_backend_set_channel(chip, channel, &value, SHIFT);
	}
	drive_pin(1);
	drive_pin(0);
}
