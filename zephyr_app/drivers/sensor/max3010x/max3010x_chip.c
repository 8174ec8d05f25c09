/* SPDX-License-Identifier: Apache-2.0 */
/* The chip's registers: set-up and the FIFO. Callers hold the lock. */
#include <string.h>
#include <zephyr/logging/log.h>

#include "max3010x_chip.h"

LOG_MODULE_REGISTER(max3010x, CONFIG_SENSOR_LOG_LEVEL);

/* A FIFO of 32 takes this long to fill at least, whatever the oscillator is off. */
#define FULL_PERIODS 28

#define RESET_TRIES 10 /* of 1 ms; the data sheet states no reset time */

static int count_error(const struct device *dev, int error)
{
	struct max3010x_data *data = dev->data;

	if (error != 0) {
		data->counters.bus_errors++;
	}
	return error;
}

static int reset_chip(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	uint8_t mode;
	int ret = i2c_reg_write_byte_dt(&config->i2c, MAX3010X_MODE_CONFIG, MAX3010X_MODE_RESET);

	for (int i = 0; ret == 0 && i < RESET_TRIES; i++) {
		ret = i2c_reg_read_byte_dt(&config->i2c, MAX3010X_MODE_CONFIG, &mode);
		if (ret == 0 && (mode & MAX3010X_MODE_RESET) == 0) {
			return 0;
		}
		k_msleep(1);
	}
	return ret != 0 ? ret : -ETIMEDOUT;
}

int max3010x_clear(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	const uint8_t pointers[3] = {0, 0, 0}; /* write, overflow, read */
	uint8_t status;
	int ret =
		i2c_burst_write_dt(&config->i2c, MAX3010X_FIFO_WR_PTR, pointers, sizeof(pointers));

	if (ret == 0) {
		ret = i2c_reg_read_byte_dt(&config->i2c, MAX3010X_INT_STATUS1, &status);
	}
	if (ret == 0) {
		data->emptied_ns = max3010x_now_ns();
		data->mixed = 0;
	}
	return count_error(dev, ret);
}

/* Samples between the pointers, 0 for an empty FIFO and for a full one; and the overflow counter.
 */
static int read_pointers(const struct device *dev, uint8_t *lost)
{
	const struct max3010x_config *config = dev->config;
	uint8_t pointers[3]; /* write, overflow, read */
	int ret = i2c_burst_read_dt(&config->i2c, MAX3010X_FIFO_WR_PTR, pointers, sizeof(pointers));

	if (ret != 0) {
		return count_error(dev, ret);
	}
	*lost = pointers[1];
	return (pointers[0] - pointers[2]) & (MAX3010X_FIFO_DEPTH - 1);
}

int max3010x_light(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	bool changed = false;
	int ret = 0;

	for (int i = 0; ret == 0 && i < ARRAY_SIZE(data->led_pa); i++) {
		if (data->led_lit[i] != data->led_pa[i]) {
			ret = i2c_reg_write_byte_dt(&config->i2c, MAX3010X_LED1_PA + i,
						    data->led_pa[i]);
			data->led_lit[i] = ret == 0 ? data->led_pa[i] : data->led_lit[i];
			changed = true;
		}
	}
	if (ret != 0) {
		return count_error(dev, ret);
	}
	return changed;
}

/*
 * The first transfer of every set-up, and so the one that meets a blocked bus: a chip whose byte
 * was cut short, by a reset of ours or a glitch on SCL, holds SDA until it has been clocked to its
 * end. That takes 0.1 to 0.2 ms without sleeping, twice a second at most.
 */
int max3010x_identify(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	uint8_t part;
	int ret = i2c_reg_read_byte_dt(&config->i2c, MAX3010X_PART_ID, &part);

	/* Not every controller can (-ENOSYS); a short keeps SDA low (-EBUSY). */
	if (ret != 0 && i2c_recover_bus(config->i2c.bus) == 0) {
		(void)count_error(dev, ret);
		ret = i2c_reg_read_byte_dt(&config->i2c, MAX3010X_PART_ID, &part);
	}
	if (ret == 0 && part != MAX3010X_PART_ID_VALUE) {
		LOG_ERR("%s: part number: expected 0x%02x, found 0x%02x", dev->name,
			MAX3010X_PART_ID_VALUE, part);
		return -ENODEV;
	}
	return count_error(dev, ret);
}

int max3010x_shut_down(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;

	return count_error(dev,
			   i2c_reg_write_byte_dt(&config->i2c, MAX3010X_MODE_CONFIG,
						 MAX3010X_MODE_SHDN | MAX3010X_MODE_MULTI_LED));
}

int max3010x_set_up(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	const uint8_t settings[][2] = {
		{MAX3010X_FIFO_CONFIG, config->fifo_config},
		{MAX3010X_SPO2_CONFIG, data->spo2_config},
		{MAX3010X_LED1_PA, data->led_pa[0]},
		{MAX3010X_LED1_PA + 1, data->led_pa[1]},
		{MAX3010X_LED1_PA + 2, data->led_pa[2]},
		{MAX3010X_MULTI_LED1, config->led[1] << 4 | config->led[0]},
		{MAX3010X_MULTI_LED1 + 1, config->led[3] << 4 | config->led[2]},
		{MAX3010X_INT_ENABLE1, MAX3010X_INT_A_FULL},
		{MAX3010X_MODE_CONFIG, MAX3010X_MODE_MULTI_LED}, /* starts sampling */
	};
	int ret = max3010x_identify(dev);

	if (ret != 0) {
		return ret;
	}
	ret = reset_chip(dev);
	for (int i = 0; ret == 0 && i < ARRAY_SIZE(settings); i++) {
		ret = i2c_reg_write_byte_dt(&config->i2c, settings[i][0], settings[i][1]);
	}
	if (ret != 0) {
		return count_error(dev, ret);
	}
	memcpy(data->led_lit, data->led_pa, sizeof(data->led_lit));
	return max3010x_clear(dev);
}

/*
 * Equal pointers mean empty or full. An overflow says full. Without one the FIFO may be full to the
 * last place; A_FULL alone does not say so, as the data sheet leaves open whether the chip raises
 * it again while samples above the watermark are read. So: full, if there was time to fill it.
 */
static bool may_be_full(const struct max3010x_data *data)
{
	return max3010x_now_ns() - data->emptied_ns >= (int64_t)FULL_PERIODS * data->period_ns;
}

int max3010x_mark_mixed(const struct device *dev)
{
	struct max3010x_data *data = dev->data;
	uint8_t lost;
	int waiting = read_pointers(dev, &lost);

	data->mixed = MAX(waiting, 0) + 1;
	return MIN(waiting, 0);
}

int max3010x_level(const struct device *dev, uint8_t *lost)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint8_t status;
	int ret = i2c_reg_read_byte_dt(&config->i2c, MAX3010X_INT_STATUS1, &status);

	if (ret != 0) {
		return count_error(dev, ret);
	}

	int level = read_pointers(dev, lost);

	if (level == 0 &&
	    (*lost != 0 || ((status & MAX3010X_INT_A_FULL) != 0 && may_be_full(data)))) {
		level = MAX3010X_FIFO_DEPTH;
	}
	return level;
}

int max3010x_read_fifo(const struct device *dev, uint8_t *buffer, int samples)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	const int sample = config->slots * MAX3010X_SAMPLE;
	const int most = MAX3010X_BURST_MAX / sample;
	int ret = 0;

	/* The chip's address counter stays on FIFO_DATA, in a burst and from one to the next. */
	for (int done = 0; ret == 0 && done < samples; done += most) {
		ret = i2c_burst_read_dt(&config->i2c, MAX3010X_FIFO_DATA, &buffer[done * sample],
					MIN(samples - done, most) * sample);
	}
	if (ret == 0) {
		data->emptied_ns = max3010x_now_ns();
	}
	return count_error(dev, ret);
}
