/* SPDX-License-Identifier: Apache-2.0 */
#define DT_DRV_COMPAT pulse_blockable_i2c

#include "bus.h"

#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>

static const struct emul *const chip = EMUL_DT_GET(DT_NODELABEL(blocker));
static bool blocked;
static int delay_ms;
static int recoveries;

void bus_block(void)
{
	blocked = true;
}

void bus_delay(int ms)
{
	delay_ms = ms;
}

int bus_recoveries(void)
{
	return recoveries;
}

static int configure(const struct device *dev, uint32_t config)
{
	ARG_UNUSED(dev);
	ARG_UNUSED(config);
	return 0;
}

static int transfer(const struct device *dev, struct i2c_msg *msgs, uint8_t count, uint16_t address)
{
	const struct i2c_emul_api *api = chip->bus.i2c->api;

	ARG_UNUSED(dev);
	if (delay_ms > 0) {
		k_msleep(delay_ms);
	}
	return blocked ? -EIO : api->transfer(chip, msgs, count, address);
}

static int recover(const struct device *dev)
{
	ARG_UNUSED(dev);
	blocked = false;
	recoveries++;
	return 0;
}

static int init(const struct device *dev)
{
	return chip->init(chip, dev);
}

static const struct i2c_driver_api api = {
	.configure = configure,
	.transfer = transfer,
	.recover_bus = recover,
};

DEVICE_DT_INST_DEFINE(0, init, NULL, NULL, NULL, POST_KERNEL, CONFIG_I2C_INIT_PRIORITY, &api);
