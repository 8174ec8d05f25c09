/* SPDX-License-Identifier: Apache-2.0 */
#include "bmi160.h"

#include <errno.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include "settings/board.h"

LOG_MODULE_REGISTER(bmi160_set_up, CONFIG_PULSE_LOG_LEVEL);

/* Registers and values of the data sheet, BST-BMI160-DS000. */
#define CHIP_ID       0x00
#define CHIP_ID_VALUE 0xd1
#define PMU_STATUS    0x03
#define PMU_ACC       GENMASK(5, 4)
#define PMU_NORMAL    1
#define ACC_CONF      0x40 /* bits 6:4 = 2: filter without averaging; bits 3:0: rate */
#define ACC_RANGE     0x41
#define INT_OUT_CTRL  0x53
#define INT_MAP0      0x55
#define INT_MAP1      0x56
#define CMD           0x7e
#define CMD_RESET     0xb6
#define CMD_ACC_ON    0x11

#define RESET_MS 2 /* start-up after a reset: 1 ms */
#define WAKE_MS  5 /* from suspend to normal: 3.8 ms at most */

#define RANGE (IS_ENABLED(CONFIG_BMI160_ACCEL_RANGE_8G) ? 0x08 : 0)
#define ODR                                                                                        \
	(IS_ENABLED(CONFIG_BMI160_ACCEL_ODR_25)    ? 6                                             \
	 : IS_ENABLED(CONFIG_BMI160_ACCEL_ODR_50)  ? 7                                             \
	 : IS_ENABLED(CONFIG_BMI160_ACCEL_ODR_100) ? 8                                             \
	 : IS_ENABLED(CONFIG_BMI160_ACCEL_ODR_200) ? 9                                             \
						   : 0)
BUILD_ASSERT(RANGE != 0, "BMI160: expected CONFIG_BMI160_ACCEL_RANGE_8G, what counts stand for");
BUILD_ASSERT(ODR != 0, "BMI160: expected CONFIG_BMI160_ACCEL_ODR_25, _50, _100 or _200");

static const struct i2c_dt_spec bus = I2C_DT_SPEC_GET(PULSE_ACC_NODE);

static const uint8_t settings[][2] = {
	{ACC_CONF, 2 << 4 | ODR}, {ACC_RANGE, RANGE},
	{INT_MAP0, 0xff},     /* all to INT1, as Zephyr's driver has it */
	{INT_MAP1, 0xf0},     /* data ready as well */
	{INT_OUT_CTRL, 0x09}, /* INT1: output, edge, push-pull, active low */
};

static int write_byte(uint8_t reg, uint8_t value)
{
	return i2c_burst_write_dt(&bus, reg, &value, 1);
}

static int write_and_check(uint8_t reg, uint8_t value)
{
	uint8_t found;
	int ret = write_byte(reg, value);

	if (ret == 0) {
		ret = i2c_burst_read_dt(&bus, reg, &found, 1);
	}
	if (ret == 0 && found != value) {
		LOG_WRN("register 0x%02x: expected 0x%02x, found 0x%02x", reg, value, found);
		return -EIO;
	}
	return ret;
}

int pulse_bmi160_probe(void)
{
	uint8_t id;
	int ret = i2c_burst_read_dt(&bus, CHIP_ID, &id, 1);

	return ret == 0 && id != CHIP_ID_VALUE ? -ENODEV : ret;
}

static int wake(bool anew)
{
	uint8_t pmu = 0;
	int ret = 0;

	if (anew) {
		ret = write_byte(CMD, CMD_RESET);
		k_msleep(RESET_MS);
	}
	if (ret == 0) {
		ret = write_byte(CMD, CMD_ACC_ON);
		k_msleep(WAKE_MS);
	}
	if (ret == 0) {
		ret = i2c_burst_read_dt(&bus, PMU_STATUS, &pmu, 1);
	}
	return ret == 0 && FIELD_GET(PMU_ACC, pmu) != PMU_NORMAL ? -EIO : ret;
}

int pulse_bmi160_configure(bool anew)
{
	int ret = wake(anew);

	for (int i = 0; ret == 0 && i < ARRAY_SIZE(settings); i++) {
		ret = write_and_check(settings[i][0], settings[i][1]);
	}
	return ret;
}
