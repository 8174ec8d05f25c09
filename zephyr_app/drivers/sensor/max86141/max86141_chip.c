/* SPDX-License-Identifier: Apache-2.0 */
/* The chip's registers: set-up, the FIFO and its tags, proximity. */
#include <zephyr/logging/log.h>

#include "max86141_data.h"
#include "ppg_reg.h"

LOG_MODULE_REGISTER(max86141, CONFIG_SENSOR_LOG_LEVEL);

static int read_reg(const struct device *dev, uint8_t reg, uint8_t *value)
{
	return max86141_read(dev, reg, value, 1);
}

static const struct pulse_ppg_reg access = {.write = max86141_write, .read = read_reg};

static int identify(const struct device *dev)
{
	uint8_t part;
	int ret = read_reg(dev, MAX86141_PART_ID, &part);

	if (ret != 0 || part == MAX86141_PART_ID_VALUE) {
		return ret;
	}
	if (part == 0x00 || part == 0xff) {
		return -EIO; /* nobody drives MISO: no power, or no chip */
	}
	LOG_ERR("%s: part number: expected 0x%02x, found 0x%02x", dev->name, MAX86141_PART_ID_VALUE,
		part);
	return -ENODEV;
}

static int shut_down(const struct device *dev)
{
	const struct max86141_config *config = dev->config;

	return max86141_write(dev, MAX86141_SYSTEM, config->system | MAX86141_SHDN);
}

static int clear(const struct device *dev)
{
	uint8_t status;
	int ret = max86141_write(dev, MAX86141_FIFO_CONFIG2,
				 MAX86141_FLUSH_FIFO | MAX86141_A_FULL_TYPE);

	return ret == 0 ? read_reg(dev, MAX86141_INT_STATUS1, &status) : ret;
}

static uint8_t ppg_config1(const struct device *dev)
{
	const struct max86141_config *config = dev->config;
	const struct max86141_data *data = dev->data;
	uint8_t tint =
		data->tint == 0 ? FIELD_GET(MAX86141_TINT, config->ppg_config1) : data->tint - 1;

	return (config->ppg_config1 & ~MAX86141_TINT) | FIELD_PREP(MAX86141_TINT, tint);
}

/* From a reset to sampling; it is shut down while it is configured ("Software Shutdown"). */
static int configure(const struct device *dev, const uint8_t led_step[PULSE_PPG_LEDS],
		     uint8_t config2, uint8_t interrupts)
{
	const struct max86141_config *config = dev->config;
	const uint8_t settings[][2] = {
		{MAX86141_SYSTEM, config->system | MAX86141_SHDN},
		{MAX86141_FIFO_CONFIG1,
		 MAX86141_WORDS - config->ppg.watermark * config->ppg.channels},
		{MAX86141_FIFO_CONFIG2, MAX86141_A_FULL_TYPE},
		{MAX86141_PPG_CONFIG1, ppg_config1(dev)},
		{MAX86141_PPG_CONFIG2, config2},
		{MAX86141_PD_BIAS, MAX86141_PD_BIAS_65},
		{MAX86141_LED_SEQ1, config->led_seq[0]},
		{MAX86141_LED_SEQ1 + 1, config->led_seq[1]},
		{MAX86141_LED1_PA, led_step[0]},
		{MAX86141_LED1_PA + 1, led_step[1]},
		{MAX86141_LED1_PA + 2, led_step[2]},
		{MAX86141_LED_RANGE1, config->led_range},
		{MAX86141_INT_ENABLE1, interrupts},
	};
	int ret = pulse_ppg_write_all(dev, &access, settings, ARRAY_SIZE(settings));

	ret = ret == 0 ? clear(dev) : ret;
	return ret == 0 ? max86141_write(dev, MAX86141_SYSTEM, config->system) : ret;
}

/* PPG_SR's codes of the binding's 8, 16, 25, 32, 50, 64, 84, 100, 128, 200, 256 and 400 Hz. */
static const uint8_t rate_codes[] = {0x0a, 0x0b, 0x00, 0x0c, 0x01, 0x0d,
				     0x02, 0x03, 0x0e, 0x04, 0x0f, 0x05};

static uint8_t ppg_config2(const struct max86141_config *config)
{
	return FIELD_PREP(MAX86141_SR, rate_codes[config->rate]) |
	       FIELD_PREP(MAX86141_SMP_AVE, config->average);
}

static int set_up(const struct device *dev)
{
	const struct max86141_config *config = dev->config;
	struct max86141_data *data = dev->data;
	int ret = identify(dev);

	ret = ret == 0 ? pulse_ppg_reset(dev, &access, MAX86141_SYSTEM, MAX86141_RESET) : ret;
	return ret == 0 ? configure(dev, data->ppg.led_step, ppg_config2(config),
				    MAX86141_INT_A_FULL)
			: ret;
}

/* Whole samples among the FIFO's words. More than it holds: nobody drives MISO. */
static int samples_of(const struct device *dev, uint8_t words)
{
	const struct max86141_config *config = dev->config;

	return words > MAX86141_WORDS ? -EIO : words / config->ppg.channels;
}

static int level(const struct device *dev, uint8_t *lost)
{
	const struct max86141_config *config = dev->config;
	uint8_t regs[MAX86141_FIFO_COUNT + 1]; /* from the status on */
	int ret = max86141_read(dev, MAX86141_INT_STATUS1, regs, sizeof(regs));

	*lost = DIV_ROUND_UP(regs[MAX86141_OVF_COUNTER], config->ppg.channels);
	return ret == 0 ? samples_of(dev, regs[MAX86141_FIFO_COUNT]) : ret;
}

static int waiting(const struct device *dev)
{
	uint8_t words;
	int ret = read_reg(dev, MAX86141_FIFO_COUNT, &words);

	return ret == 0 ? samples_of(dev, words) : ret;
}

/* Each word names its exposure and photodiode; channels are in the order of the FIFO. */
static bool tag_fits(const struct max86141_config *config, uint8_t tag, int channel)
{
	int exposure = channel / config->photodiodes;
	int diode = channel % config->photodiodes;

	return tag == (diode == 0 ? MAX86141_TAG_PPG1 : MAX86141_TAG_PPG2) + exposure;
}

static int read_fifo(const struct device *dev, uint8_t *counts, int samples)
{
	const struct max86141_config *config = dev->config;
	const int words = samples * config->ppg.channels;
	int ret = max86141_read(dev, MAX86141_FIFO_DATA, counts, words * PULSE_PPG_COUNT);

	for (int i = 0; ret == 0 && i < words; i++) {
		uint8_t *word = &counts[i * PULSE_PPG_COUNT];
		uint8_t tag = word[0] >> MAX86141_TAG_SHIFT;

		if (!tag_fits(config, tag, i % config->ppg.channels)) {
			LOG_WRN("%s: FIFO: tag %u in channel %d", dev->name, tag,
				i % config->ppg.channels);
			ret = -EIO; /* out of step: set up anew */
		}
		word[0] &= BIT_MASK(MAX86141_TAG_SHIFT);
	}
	return ret;
}

static int light(const struct device *dev, int led, uint8_t step)
{
	return max86141_write(dev, MAX86141_LED1_PA + led, step);
}

/* TINT's 14.8, 29.4, 58.7 and 117.3 us. */
static const uint8_t widths_us[] = {15, 29, 59, 117};

static int width(const struct device *dev)
{
	return widths_us[FIELD_GET(MAX86141_TINT, ppg_config1(dev))];
}

static int set_width(const struct device *dev, int32_t us)
{
	struct max86141_data *data = dev->data;

	for (int i = 0; i < ARRAY_SIZE(widths_us); i++) {
		if (widths_us[i] == us) {
			data->tint = i + 1;
			return max86141_write(dev, MAX86141_PPG_CONFIG1, ppg_config1(dev));
		}
	}
	return -EINVAL;
}

/*
 * Proximity without the chip's own mode, which leaves it after one threshold for both ways: 8
 * samples a second at a faint current, no interrupt, and a look at the newest one every
 * PULSE_PPG_RETRY_MS.
 */
static int sense(const struct device *dev)
{
	const struct max86141_config *config = dev->config;
	const uint8_t step = config->ppg.proximity_step;
	const uint8_t faint[PULSE_PPG_LEDS] = {step, step, step};

	return configure(dev, faint, FIELD_PREP(MAX86141_SR, MAX86141_SR_8_HZ), 0);
}

/* Its counts alone tell. */
static int sensed(const struct device *dev, bool *skin)
{
	*skin = false;
	return waiting(dev);
}

const struct pulse_ppg_chip max86141_chip = {
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
