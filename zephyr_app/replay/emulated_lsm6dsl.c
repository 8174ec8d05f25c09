/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A register file for Zephyr's LSM6DSL driver, by the data sheet (DocID030071). Beyond registers:
 *  - without a rate (CTRL1_XL) the chip is powered down and takes no sample;
 *  - data ready holds INT1 from a sample until its last byte is read (4.6), where INT1_CTRL maps
 * it;
 *  - BOOT and SW_RESET of CTRL3_C restore the defaults, as does a loss of power.
 */
#include "emulated_accelerometer.h"

#include <string.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "emulated_registers.h"

#define ACC_NODE DT_ALIAS(pulse_accel)

#define INT1_CTRL      0x0d
#define INT1_DRDY_XL   BIT(0)
#define WHO_AM_I       0x0f
#define WHO_AM_I_VALUE 0x6a
#define CTRL1_XL       0x10
#define CTRL1_ODR      GENMASK(7, 4)
#define CTRL1_FS       GENMASK(3, 2)
#define CTRL3_C        0x12
#define CTRL3_DEFAULT  0x04 /* IF_INC */
#define CTRL3_RESETS   (BIT(7) | BIT(0))
#define STATUS_REG     0x1e
#define STATUS_XLDA    BIT(0)
#define OUTX_L_XL      0x28
#define OUTZ_H_XL      0x2d
#define REGISTERS      0x80

#define UG_PER_LSB_2G 61 /* table 3: 0.061 mg at +-2 g, 0.488 mg at +-16 g */
#define UG_PER_G      1000000
#define COUNTS_PER_G  4096 /* of what is pushed */

static const struct gpio_dt_spec pin = GPIO_DT_SPEC_GET(ACC_NODE, irq_gpios);
static uint8_t regs[REGISTERS];

static void drive_pin(void)
{
	bool ready = (regs[STATUS_REG] & STATUS_XLDA) != 0 && (regs[INT1_CTRL] & INT1_DRDY_XL) != 0;
	bool level = ready == ((pin.dt_flags & GPIO_ACTIVE_LOW) == 0);
	gpio_flags_t flags = 0;

	(void)gpio_emul_flags_get(pin.port, pin.pin, &flags);
	if ((flags & GPIO_INPUT) != 0) { /* the driver has taken the pin */
		(void)gpio_emul_input_set(pin.port, pin.pin, level);
	}
}

static void reset_registers(void)
{
	memset(regs, 0, sizeof(regs));
	regs[WHO_AM_I] = WHO_AM_I_VALUE;
	regs[CTRL3_C] = CTRL3_DEFAULT;
	drive_pin();
}

static void write_reg(uint8_t reg, uint8_t value)
{
	if (reg == WHO_AM_I || reg >= STATUS_REG) {
		return; /* read only */
	}
	regs[reg] = value;
	if (reg == CTRL3_C && (value & CTRL3_RESETS) != 0) {
		reset_registers();
	}
	drive_pin();
}

static uint8_t read_reg(uint8_t reg)
{
	uint8_t value = regs[reg % REGISTERS];

	if (reg == OUTZ_H_XL) {
		regs[STATUS_REG] &= ~STATUS_XLDA;
		drive_pin();
	}
	return value;
}

const struct pulse_emulated_registers pulse_emulated_chip = {read_reg, write_reg, reset_registers};

void pulse_emulated_accelerometer_push(const int16_t xyz[3])
{
	static const int ranges[] = {1, 8, 2, 4}; /* of +-2 g, by CTRL1_FS */
	int ug = UG_PER_LSB_2G * ranges[FIELD_GET(CTRL1_FS, regs[CTRL1_XL])];

	if (pulse_emulated_registers_gone() || FIELD_GET(CTRL1_ODR, regs[CTRL1_XL]) == 0) {
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		int64_t wanted = (int64_t)xyz[axis] * UG_PER_G;
		int64_t lsb = DIV_ROUND_CLOSEST(wanted, (int64_t)ug * COUNTS_PER_G);

		sys_put_le16((uint16_t)CLAMP(lsb, INT16_MIN, INT16_MAX),
			     &regs[OUTX_L_XL + 2 * axis]);
	}
	regs[STATUS_REG] |= STATUS_XLDA;
	drive_pin();
}
