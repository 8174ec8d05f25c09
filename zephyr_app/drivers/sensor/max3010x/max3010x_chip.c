/* SPDX-License-Identifier: Apache-2.0 */
/* The chip's registers: set-up, the FIFO, proximity. */
#include <zephyr/logging/log.h>

#include "max3010x_data.h"
#include "ppg_reg.h"

LOG_MODULE_REGISTER(max3010x, CONFIG_SENSOR_LOG_LEVEL);

/* A FIFO of 32 takes this long to fill at least, whatever the oscillator is off. */
#define FULL_PERIODS 28

static int write_reg(const struct device *dev, uint8_t reg, uint8_t value)
{
	const struct max3010x_config *config = dev->config;

	return i2c_reg_write_byte_dt(&config->i2c, reg, value);
}

static int read_reg(const struct device *dev, uint8_t reg, uint8_t *value)
{
	const struct max3010x_config *config = dev->config;

	return i2c_reg_read_byte_dt(&config->i2c, reg, value);
}

static const struct pulse_ppg_reg access = {.write = write_reg, .read = read_reg};

static int clear(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	const uint8_t pointers[3] = {0, 0, 0}; /* write, overflow, read */
	uint8_t status;
	int ret =
		i2c_burst_write_dt(&config->i2c, MAX3010X_FIFO_WR_PTR, pointers, sizeof(pointers));

	return ret == 0 ? read_reg(dev, MAX3010X_INT_STATUS1, &status) : ret;
}

/* Samples between the pointers, 0 for an empty FIFO and for a full one; and the overflow counter.
 */
static int read_pointers(const struct device *dev, uint8_t *lost)
{
	const struct max3010x_config *config = dev->config;
	uint8_t pointers[3]; /* write, overflow, read */
	int ret = i2c_burst_read_dt(&config->i2c, MAX3010X_FIFO_WR_PTR, pointers, sizeof(pointers));

	if (ret != 0) {
		return ret;
	}
	*lost = pointers[1];
	return (pointers[0] - pointers[2]) & (MAX3010X_FIFO_DEPTH - 1);
}

static int waiting(const struct device *dev)
{
	uint8_t lost;

	return read_pointers(dev, &lost);
}

static int light(const struct device *dev, int led, uint8_t step)
{
	return write_reg(dev, MAX3010X_LED1_PA + led, step);
}

/*
 * The first transfer of every set-up, and so the one that meets a blocked bus: a chip whose byte
 * was cut short, by a reset of ours or a glitch on SCL, holds SDA until it has been clocked to its
 * end. That takes 0.1 to 0.2 ms without sleeping, twice a second at most.
 */
static int identify(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	uint8_t part;
	int ret = read_reg(dev, MAX3010X_PART_ID, &part);

	/* Not every controller can (-ENOSYS); a short keeps SDA low (-EBUSY). */
	if (ret != 0 && i2c_recover_bus(config->i2c.bus) == 0) {
		(void)pulse_ppg_count_error(dev, ret);
		ret = read_reg(dev, MAX3010X_PART_ID, &part);
	}
	if (ret == 0 && part != MAX3010X_PART_ID_VALUE) {
		LOG_ERR("%s: part number: expected 0x%02x, found 0x%02x", dev->name,
			MAX3010X_PART_ID_VALUE, part);
		return -ENODEV;
	}
	return ret;
}

static int shut_down(const struct device *dev)
{
	return write_reg(dev, MAX3010X_MODE_CONFIG, MAX3010X_MODE_SHDN | MAX3010X_MODE_MULTI_LED);
}

static uint8_t spo2_config(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	const struct max3010x_data *data = dev->data;

	return data->spo2_config != 0 ? data->spo2_config : config->spo2_config;
}

static int set_up(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	const uint8_t *led_step = ((struct max3010x_data *)dev->data)->ppg.led_step;
	const uint8_t settings[][2] = {
		{MAX3010X_FIFO_CONFIG, config->fifo_config},
		{MAX3010X_SPO2_CONFIG, spo2_config(dev)},
		{MAX3010X_LED1_PA, led_step[0]},
		{MAX3010X_LED1_PA + 1, led_step[1]},
		{MAX3010X_LED1_PA + 2, led_step[2]},
		{MAX3010X_MULTI_LED1, config->multi_led[0]},
		{MAX3010X_MULTI_LED1 + 1, config->multi_led[1]},
		{MAX3010X_INT_ENABLE1, MAX3010X_INT_A_FULL},
		{MAX3010X_MODE_CONFIG, MAX3010X_MODE_MULTI_LED}, /* starts sampling */
	};
	int ret = identify(dev);

	ret = ret == 0 ? pulse_ppg_reset(dev, &access, MAX3010X_MODE_CONFIG, MAX3010X_MODE_RESET)
		       : ret;
	ret = ret == 0 ? pulse_ppg_write_all(dev, &access, settings, ARRAY_SIZE(settings)) : ret;
	return ret == 0 ? clear(dev) : ret;
}

/*
 * Equal pointers mean empty or full. An overflow says full. Without one the FIFO may be full to the
 * last place; A_FULL alone does not say so, as the data sheet leaves open whether the chip raises
 * it again while samples above the watermark are read. So: full, if there was time to fill it.
 */
static bool may_be_full(const struct device *dev)
{
	const struct pulse_ppg_data *data = dev->data;

	return pulse_ppg_now_ns() - data->emptied_ns >= (int64_t)FULL_PERIODS * data->period_ns;
}

static int level(const struct device *dev, uint8_t *lost)
{
	uint8_t status;
	int ret = read_reg(dev, MAX3010X_INT_STATUS1, &status);

	if (ret != 0) {
		return ret;
	}

	int samples = read_pointers(dev, lost);

	if (samples == 0 &&
	    (*lost != 0 || ((status & MAX3010X_INT_A_FULL) != 0 && may_be_full(dev)))) {
		samples = MAX3010X_FIFO_DEPTH;
	}
	return samples;
}

/* 24 bits a count, of which the upper 6 mean nothing (data sheet, page 15). */
static void mask(uint8_t *counts, int bytes)
{
	for (int i = 0; i < bytes; i += PULSE_PPG_COUNT) {
		counts[i] &= BIT_MASK(MAX3010X_COUNT_BITS - 16);
	}
}

static int read_fifo(const struct device *dev, uint8_t *counts, int samples)
{
	const struct max3010x_config *config = dev->config;
	const int sample = config->ppg.channels * PULSE_PPG_COUNT;
	const int most = MAX3010X_BURST_MAX / sample;
	int ret = 0;

	/* The chip's address counter stays on FIFO_DATA, in a burst and from one to the next. */
	for (int done = 0; ret == 0 && done < samples; done += most) {
		ret = i2c_burst_read_dt(&config->i2c, MAX3010X_FIFO_DATA, &counts[done * sample],
					MIN(samples - done, most) * sample);
	}
	mask(counts, ret == 0 ? samples * sample : 0);
	return ret;
}

static const uint16_t widths_us[] = {69, 118, 215, 411};

static int width(const struct device *dev)
{
	return widths_us[FIELD_GET(MAX3010X_SPO2_WIDTH, spo2_config(dev))];
}

static int set_width(const struct device *dev, int32_t us)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;

	for (int i = 0; i < ARRAY_SIZE(widths_us); i++) {
		if (widths_us[i] == us &&
		    config->ppg.rate_hz <= MAX3010X_RATE_MAX(us, config->ppg.channels)) {
			data->spo2_config = (spo2_config(dev) & ~MAX3010X_SPO2_WIDTH) |
					    FIELD_PREP(MAX3010X_SPO2_WIDTH, i);
			return write_reg(dev, MAX3010X_SPO2_CONFIG, data->spo2_config);
		}
	}
	return -EINVAL;
}

/*
 * Proximity: writing the mode with PROX_INT enabled lights the infrared LED with PILOT_PA until a
 * count passes PROX_THRESH; the chip then raises PROX_INT and samples (MAX30105 data sheet,
 * 19-100024, pages 12 and 24; MAX30101 and MAX30102, revision 0). Later revisions of the latter two
 * no longer describe it. So all LEDs get the faint current as well, at the lowest rate: a chip
 * without the mode then just samples, and its counts are compared here.
 */
static int sense(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	const uint8_t settings[][2] = {
		{MAX3010X_MODE_CONFIG, MAX3010X_MODE_SHDN},
		{MAX3010X_FIFO_CONFIG, MAX3010X_FIFO_A_FULL},                   /* no averaging */
		{MAX3010X_SPO2_CONFIG, spo2_config(dev) & ~MAX3010X_SPO2_RATE}, /* 50 Hz */
		{MAX3010X_LED1_PA, config->ppg.proximity_step},
		{MAX3010X_LED1_PA + 1, config->ppg.proximity_step},
		{MAX3010X_LED1_PA + 2, config->ppg.proximity_step},
		{MAX3010X_PILOT_PA, config->ppg.proximity_step},
		{MAX3010X_PROX_THRESH, config->ppg.proximity_counts >> MAX3010X_PROX_SHIFT},
		{MAX3010X_INT_ENABLE1, MAX3010X_INT_PROX},
	};
	int ret = pulse_ppg_write_all(dev, &access, settings, ARRAY_SIZE(settings));

	ret = ret == 0 ? clear(dev) : ret;
	return ret == 0 ? write_reg(dev, MAX3010X_MODE_CONFIG, MAX3010X_MODE_MULTI_LED) : ret;
}

static int sensed(const struct device *dev, bool *skin)
{
	uint8_t status, lost;
	int ret = read_reg(dev, MAX3010X_INT_STATUS1, &status);

	*skin = ret == 0 && (status & MAX3010X_INT_PROX) != 0;
	ret = ret == 0 ? read_pointers(dev, &lost) : ret;
	if (ret >= 0 && (lost > 0 || (status & MAX3010X_INT_A_FULL) != 0)) {
		ret = MAX3010X_FIFO_DEPTH; /* emptied by every look, it was filled since */
	}
	return ret;
}

const struct pulse_ppg_chip max3010x_chip = {
	.identify = identify,
	.set_up = set_up,
	.shut_down = shut_down,
	.clear = clear,
	.level = level,
	.waiting = waiting,
	.read = read_fifo,
	.light = light,
	.set_width = set_width,
	.width = width,
	.sense = sense,
	.sensed = sensed,
};
