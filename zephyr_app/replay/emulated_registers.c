/* SPDX-License-Identifier: Apache-2.0 */
#include "emulated_registers.h"

#include <errno.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>

#include "emulated_accelerometer.h"

static bool gone;

static void carry_out(struct i2c_msg *msgs, int count)
{
	uint8_t reg = 0;
	int written = 0;

	for (int m = 0; m < count; m++) {
		for (uint32_t i = 0; i < msgs[m].len; i++) {
			if ((msgs[m].flags & I2C_MSG_READ) != 0) {
				msgs[m].buf[i] = pulse_emulated_chip.read(reg++);
			} else if (written++ == 0) {
				reg = msgs[m].buf[i];
			} else {
				pulse_emulated_chip.write(reg++, msgs[m].buf[i]);
			}
		}
	}
}

static int transfer(const struct emul *target, struct i2c_msg *msgs, int count, int address)
{
	ARG_UNUSED(target);
	ARG_UNUSED(address);
	if (gone) {
		return -EIO;
	}
	carry_out(msgs, count);
	return 0;
}

static int init(const struct emul *target, const struct device *parent)
{
	ARG_UNUSED(target);
	ARG_UNUSED(parent);
	pulse_emulated_chip.reset();
	return 0;
}

static struct i2c_emul_api api = {.transfer = transfer};

EMUL_DT_DEFINE(DT_ALIAS(pulse_accel), init, NULL, NULL, &api, NULL);

bool pulse_emulated_registers_gone(void)
{
	return gone;
}

void pulse_emulated_accelerometer_vanish(bool is_gone)
{
	gone = is_gone;
}

void pulse_emulated_accelerometer_power_cycle(void)
{
	pulse_emulated_chip.reset();
}

uint32_t pulse_emulated_accelerometer_refused(void)
{
	return 0;
}
