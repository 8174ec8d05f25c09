/* SPDX-License-Identifier: Apache-2.0 */
/* Zephyr's sensor calls and those of struct pulse_ppg_api, for any chip. */
#include "ppg.h"

#include <zephyr/logging/log.h>

#include "ppg_ops.h"
#include "ppg_stream.h"

LOG_MODULE_DECLARE(pulse_ppg, CONFIG_SENSOR_LOG_LEVEL);

int pulse_ppg_sample_fetch(const struct device *dev, enum sensor_channel channel)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;
	uint8_t sample[PULSE_PPG_CHANNELS * PULSE_PPG_COUNT];
	uint8_t lost;

	if (channel != SENSOR_CHAN_ALL && pulse_ppg_color(channel) == 0) {
		return -ENOTSUP;
	}
#ifdef CONFIG_SENSOR_ASYNC_API
	if (data->streaming) {
		return -EBUSY; /* the FIFO belongs to the stream */
	}
#endif
	k_mutex_lock(&data->lock, K_FOREVER);

	int ret = data->suspended ? 0 : pulse_ppg_level(dev, &lost);

	if (ret == 0) {
		ret = -ENODATA;
	} else if (ret > 0) {
		/* The newest counts; the ones before it pass through. */
		for (int left = ret; left > 0; left--) {
			ret = pulse_ppg_read(dev, sample, 1);
			if (ret != 0) {
				break;
			}
		}
	}
	if (ret == 0) {
		for (int i = 0; i < config->channels; i++) {
			const uint8_t *bytes = &sample[i * PULSE_PPG_COUNT];

			data->counts[i] =
				(uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
		}
	}
	pulse_ppg_unlock(data);
	return ret;
}

int pulse_ppg_channel_get(const struct device *dev, enum sensor_channel channel,
			  struct sensor_value *value)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;
	uint8_t color = pulse_ppg_color(channel);

	for (int i = 0; color != 0 && i < config->channels; i++) {
		if (config->color[i] == color) {
			value->val1 = data->counts[i];
			value->val2 = 0;
			return 0;
		}
	}
	return -ENOTSUP;
}

/* With the lock. LEDs that `wanted` names, a bit each. */
static int set_current(const struct device *dev, uint32_t wanted, uint32_t ua)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;

	if (ua > config->led_max_ua) {
		return -EINVAL;
	}
	for (int led = 0; led < PULSE_PPG_LEDS; led++) {
		if ((wanted & BIT(led)) != 0) {
			data->led_step[led] = ua / config->led_step_ua;
		}
	}
#ifdef CONFIG_SENSOR_ASYNC_API
	if (data->streaming) {
		return 0; /* with the next batch, so that each has one current */
	}
#endif
	return MIN(pulse_ppg_light(dev), 0);
}

/* The LEDs of a colour, a bit each. */
static uint32_t leds_of(const struct pulse_ppg_config *config, enum sensor_channel channel)
{
	uint8_t color = pulse_ppg_color(channel);
	uint32_t leds = 0;

	for (int i = 0; color != 0 && i < config->channels; i++) {
		leds |= config->color[i] == color ? BIT(config->led[i]) : 0;
	}
	return leds;
}

static int set_period(const struct device *dev, int32_t ns)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;

	if (!IN_RANGE(ns, 1, (int32_t)PULSE_PPG_PERIOD_MAX_NS(config->fifo))) {
		return -EINVAL;
	}
	data->reference_ns = ns;
	data->period_ns = ns;
	return 0;
}

int pulse_ppg_attr_set(const struct device *dev, enum sensor_channel channel,
		       enum sensor_attribute attribute, const struct sensor_value *value)
{
	struct pulse_ppg_data *data = dev->data;
	uint32_t leds = leds_of(dev->config, channel);
	int ret;

	k_mutex_lock(&data->lock, K_FOREVER);
	switch ((int)attribute) {
	case PULSE_PPG_ATTR_LED_CURRENT:
		ret = leds == 0         ? -ENOTSUP
		      : value->val1 < 0 ? -EINVAL
					: set_current(dev, leds, value->val1);
		break;
	case PULSE_PPG_ATTR_PULSE_WIDTH:
		ret = pulse_ppg_chip(dev)->set_width(dev, value->val1);
		if (ret != -EINVAL) {
			ret = pulse_ppg_count_error(dev, ret);
		}
		break;
	case PULSE_PPG_ATTR_PERIOD:
		ret = set_period(dev, value->val1);
		break;
	default:
		ret = -ENOTSUP;
	}
	pulse_ppg_unlock(data);
	return ret;
}

int pulse_ppg_attr_get(const struct device *dev, enum sensor_channel channel,
		       enum sensor_attribute attribute, struct sensor_value *value)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;
	uint32_t leds = leds_of(config, channel);

	value->val2 = 0;
	switch ((int)attribute) {
	case SENSOR_ATTR_SAMPLING_FREQUENCY:
		value->val1 = config->rate_hz / config->average;
		value->val2 = config->rate_hz % config->average * 1000000 / config->average;
		return 0;
	case PULSE_PPG_ATTR_LED_CURRENT:
		if (leds == 0) {
			return -ENOTSUP;
		}
		value->val1 = data->led_step[find_lsb_set(leds) - 1] * config->led_step_ua;
		return 0;
	case PULSE_PPG_ATTR_PULSE_WIDTH:
		value->val1 = pulse_ppg_chip(dev)->width(dev);
		return 0;
	case PULSE_PPG_ATTR_PERIOD:
		value->val1 = data->period_ns;
		return 0;
	default:
		return -ENOTSUP;
	}
}

void pulse_ppg_tell_info(const struct device *dev, struct pulse_ppg_info *out)
{
	const struct pulse_ppg_config *config = dev->config;

	*out = (struct pulse_ppg_info){
		.channels = config->channels,
		.bits = config->bits,
		.fifo = config->fifo,
		.proximity = config->chip->sense != NULL,
		.led_step_ua = config->led_step_ua,
		.led_max_ua = config->led_max_ua,
		.latency_ms =
			DIV_ROUND_UP(1000 * config->watermark * config->average, config->rate_hz),
	};
}

void pulse_ppg_tell_counters(const struct device *dev, struct pulse_ppg_counters *out)
{
	struct pulse_ppg_data *data = dev->data;
	k_spinlock_key_t key = k_spin_lock(&data->shown_lock);

	*out = data->shown;
	k_spin_unlock(&data->shown_lock, key);
}

int pulse_ppg_set_led(const struct device *dev, int channel, uint32_t ua)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;

	if (channel < 0 || channel >= config->channels) {
		return -EINVAL;
	}
	k_mutex_lock(&data->lock, K_FOREVER);

	int ret = set_current(dev, BIT(config->led[channel]), ua);

	pulse_ppg_unlock(data);
	return ret;
}

#ifndef CONFIG_SENSOR_ASYNC_API
int pulse_ppg_sense(const struct device *dev)
{
	ARG_UNUSED(dev);
	return -ENODATA; /* no stream */
}
#endif

static void on_interrupt(const struct device *port, struct gpio_callback *callback,
			 gpio_port_pins_t pins)
{
	struct pulse_ppg_data *data = CONTAINER_OF(callback, struct pulse_ppg_data, callback);

	ARG_UNUSED(port);
	ARG_UNUSED(pins);
	if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
		pulse_ppg_interrupt(data->dev);
	}
}

int pulse_ppg_init(const struct device *dev)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;

	if (!gpio_is_ready_dt(&config->interrupt)) {
		LOG_ERR("%s: interrupt pin not ready", dev->name);
		return -ENODEV;
	}
	data->dev = dev;
	data->suspended = true;
	data->reference_ns = (uint32_t)(1000000000ULL * config->average / config->rate_hz);
	data->period_ns = data->reference_ns;
	for (int i = 0; i < PULSE_PPG_LEDS; i++) {
		data->led_step[i] = config->led_ua[i] / config->led_step_ua;
	}
	k_mutex_init(&data->lock);
	if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
		pulse_ppg_async_init(dev);
	}

	int ret = gpio_pin_configure_dt(&config->interrupt, GPIO_INPUT);

	if (ret == 0) {
		gpio_init_callback(&data->callback, on_interrupt, BIT(config->interrupt.pin));
		ret = gpio_add_callback(config->interrupt.port, &data->callback);
	}
	if (ret == 0) {
		ret = gpio_pin_interrupt_configure_dt(&config->interrupt, GPIO_INT_EDGE_TO_ACTIVE);
	}
	return ret == 0 ? pm_device_driver_init(dev, pulse_ppg_pm) : ret;
}
