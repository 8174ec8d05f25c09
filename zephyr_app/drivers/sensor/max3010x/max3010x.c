/* SPDX-License-Identifier: Apache-2.0 */
#define DT_DRV_COMPAT pulse_max3010x

#include <zephyr/init.h>
#include <zephyr/logging/log.h>
#include <zephyr/pm/device.h>

#include "max3010x_async.h"
#include "max3010x_chip.h"
#include "max3010x_data.h"
#include "max3010x_decoder.h"
#include "max3010x_pm.h"

LOG_MODULE_DECLARE(max3010x, CONFIG_SENSOR_LOG_LEVEL);

static int sample_fetch(const struct device *dev, enum sensor_channel channel)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint8_t sample[MAX3010X_SLOTS * MAX3010X_SAMPLE];
	uint8_t lost;

	if (channel != SENSOR_CHAN_ALL && max3010x_led(channel) == 0) {
		return -ENOTSUP;
	}
#ifdef CONFIG_SENSOR_ASYNC_API
	if (data->streaming) {
		return -EBUSY; /* the FIFO belongs to the stream */
	}
#endif
	k_mutex_lock(&data->lock, K_FOREVER);

	int ret = data->suspended ? 0 : max3010x_level(dev, &lost);

	if (ret == 0) {
		ret = -ENODATA;
	} else if (ret > 0) {
		/* The newest counts; the ones before it pass through. */
		for (int left = ret; left > 0; left--) {
			ret = max3010x_read_fifo(dev, sample, 1);
			if (ret != 0) {
				break;
			}
		}
	}
	if (ret == 0) {
		for (int i = 0; i < config->slots; i++) {
			data->counts[i] = max3010x_counts(&sample[i * MAX3010X_SAMPLE]);
		}
	}
	max3010x_unlock(data);
	return ret;
}

static int channel_get(const struct device *dev, enum sensor_channel channel,
		       struct sensor_value *value)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint8_t led = max3010x_led(channel);

	for (int i = 0; led != 0 && i < config->slots; i++) {
		if (config->led[i] == led) {
			value->val1 = data->counts[i];
			value->val2 = 0;
			return 0;
		}
	}
	return -ENOTSUP;
}

static int write_setting(const struct device *dev, uint8_t reg, uint8_t value)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	int ret = i2c_reg_write_byte_dt(&config->i2c, reg, value);

	if (ret != 0) {
		data->counters.bus_errors++;
	}
	return ret;
}

static int set_led_current(const struct device *dev, enum sensor_channel channel, int32_t ua)
{
	struct max3010x_data *data = dev->data;
	uint8_t led = max3010x_led(channel);

	if (led == 0) {
		return -ENOTSUP;
	}
	if (ua < 0 || ua > MAX3010X_LED_MAX_UA) {
		return -EINVAL;
	}
	data->led_pa[led - 1] = ua / MAX3010X_LED_STEP_UA;
#ifdef CONFIG_SENSOR_ASYNC_API
	if (data->streaming) {
		return 0; /* with the next batch, so that each has one current */
	}
#endif
	return MIN(max3010x_light(dev), 0);
}

static const uint16_t widths_us[] = {69, 118, 215, 411};

static int set_pulse_width(const struct device *dev, int32_t us)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;

	for (int i = 0; i < ARRAY_SIZE(widths_us); i++) {
		if (widths_us[i] == us && config->rate_hz <= MAX3010X_RATE_MAX(us, config->slots)) {
			data->spo2_config = (data->spo2_config & ~MAX3010X_SPO2_WIDTH) |
					    FIELD_PREP(MAX3010X_SPO2_WIDTH, i);
			return write_setting(dev, MAX3010X_SPO2_CONFIG, data->spo2_config);
		}
	}
	return -EINVAL;
}

static int attr_set(const struct device *dev, enum sensor_channel channel,
		    enum sensor_attribute attribute, const struct sensor_value *value)
{
	struct max3010x_data *data = dev->data;
	int ret = 0;

	k_mutex_lock(&data->lock, K_FOREVER);
	switch ((int)attribute) {
	case MAX3010X_ATTR_LED_CURRENT:
		ret = set_led_current(dev, channel, value->val1);
		break;
	case MAX3010X_ATTR_PULSE_WIDTH:
		ret = set_pulse_width(dev, value->val1);
		break;
	case MAX3010X_ATTR_PERIOD:
		if (!IN_RANGE(value->val1, 1, (int32_t)MAX3010X_PERIOD_MAX_NS)) {
			ret = -EINVAL;
			break;
		}
		data->reference_ns = value->val1;
		data->period_ns = value->val1;
		break;
	default:
		ret = -ENOTSUP;
	}
	max3010x_unlock(data);
	return ret;
}

static int attr_get(const struct device *dev, enum sensor_channel channel,
		    enum sensor_attribute attribute, struct sensor_value *value)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint8_t led = max3010x_led(channel);

	value->val2 = 0;
	switch ((int)attribute) {
	case SENSOR_ATTR_SAMPLING_FREQUENCY:
		value->val1 = config->rate_hz / config->average;
		value->val2 = config->rate_hz % config->average * 1000000 / config->average;
		return 0;
	case MAX3010X_ATTR_LED_CURRENT:
		if (led == 0) {
			return -ENOTSUP;
		}
		value->val1 = data->led_pa[led - 1] * MAX3010X_LED_STEP_UA;
		return 0;
	case MAX3010X_ATTR_PULSE_WIDTH:
		value->val1 = widths_us[FIELD_GET(MAX3010X_SPO2_WIDTH, data->spo2_config)];
		return 0;
	case MAX3010X_ATTR_PERIOD:
		value->val1 = data->period_ns;
		return 0;
	default:
		return -ENOTSUP;
	}
}

void max3010x_counters(const struct device *dev, struct max3010x_counters *out)
{
	struct max3010x_data *data = dev->data;

	k_spinlock_key_t key = k_spin_lock(&data->shown_lock);

	*out = data->shown;
	k_spin_unlock(&data->shown_lock, key);
}

uint32_t max3010x_latency_ms(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;

	return DIV_ROUND_UP(1000 * config->watermark * config->average, config->rate_hz);
}

static void on_interrupt(const struct device *port, struct gpio_callback *callback,
			 gpio_port_pins_t pins)
{
	struct max3010x_data *data = CONTAINER_OF(callback, struct max3010x_data, callback);

	ARG_UNUSED(port);
	ARG_UNUSED(pins);
	if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
		max3010x_interrupt(data->dev);
	}
}

static int init(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;

	if (!i2c_is_ready_dt(&config->i2c) || !gpio_is_ready_dt(&config->interrupt)) {
		LOG_ERR("%s: bus or interrupt pin not ready", dev->name);
		return -ENODEV;
	}
	data->dev = dev;
	data->suspended = true;
	data->spo2_config = config->spo2_config;
	data->reference_ns = (uint32_t)(1000000000ULL * config->average / config->rate_hz);
	data->period_ns = data->reference_ns;
	for (int i = 0; i < ARRAY_SIZE(data->led_pa); i++) {
		data->led_pa[i] = config->led_ua[i] / MAX3010X_LED_STEP_UA;
	}
	k_mutex_init(&data->lock);
	if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
		max3010x_async_init(dev);
	}

	int ret = gpio_pin_configure_dt(&config->interrupt, GPIO_INPUT);

	if (ret == 0) {
		gpio_init_callback(&data->callback, on_interrupt, BIT(config->interrupt.pin));
		ret = gpio_add_callback(config->interrupt.port, &data->callback);
	}
	if (ret == 0) {
		ret = gpio_pin_interrupt_configure_dt(&config->interrupt, GPIO_INT_EDGE_TO_ACTIVE);
	}
	return ret == 0 ? pm_device_driver_init(dev, max3010x_pm) : ret;
}

static const struct sensor_driver_api api = {
	.attr_set = attr_set,
	.attr_get = attr_get,
	.sample_fetch = sample_fetch,
	.channel_get = channel_get,
#ifdef CONFIG_SENSOR_ASYNC_API
	.submit = max3010x_submit,
	.get_decoder = max3010x_get_decoder,
#endif
};

/* Arrays and combinations: bindings cannot restrict them. */
#define CHECK_SLOT(node, property, i)                                                              \
	BUILD_ASSERT(IN_RANGE(DT_PROP_BY_IDX(node, property, i), 1, 3), "slots: each 1, 2 or 3");

#define CHECK_CURRENT(node, property, i)                                                           \
	BUILD_ASSERT(DT_PROP_BY_IDX(node, property, i) <= MAX3010X_LED_MAX_UA,                     \
		     "led-current-microamp: each 0 to 51000");

#define CHECK(inst)                                                                                \
	BUILD_ASSERT(IN_RANGE(DT_INST_PROP_LEN(inst, slots), 1, MAX3010X_SLOTS),                   \
		     "slots: one to four");                                                        \
	DT_INST_FOREACH_PROP_ELEM(inst, slots, CHECK_SLOT)                                         \
	BUILD_ASSERT(DT_INST_PROP_LEN(inst, led_current_microamp) <= 3,                            \
		     "led-current-microamp: three at most");                                       \
	DT_INST_FOREACH_PROP_ELEM(inst, led_current_microamp, CHECK_CURRENT)                       \
	BUILD_ASSERT(IN_RANGE(DT_INST_PROP(inst, watermark), 17, MAX3010X_FIFO_DEPTH),             \
		     "watermark: 17 to 32");                                                       \
	BUILD_ASSERT(DT_INST_PROP(inst, sample_rate) <=                                            \
			     MAX3010X_RATE_MAX(DT_INST_PROP(inst, pulse_width_us),                 \
					       DT_INST_PROP_LEN(inst, slots)),                     \
		     "sample-rate: too high for pulse-width-us and the number of slots");          \
	BUILD_ASSERT(1000000000ULL * DT_INST_PROP(inst, sample_average) /                          \
				     DT_INST_PROP(inst, sample_rate) <=                            \
			     MAX3010X_PERIOD_MAX_NS,                                               \
		     "sample-rate: too low for sample-average, a period is 130 ms at most");

#define MAX3010X_DEFINE(inst)                                                                      \
	CHECK(inst)                                                                                \
	static struct max3010x_data data_##inst;                                                   \
	static const struct max3010x_config config_##inst = {                                      \
		.i2c = I2C_DT_SPEC_INST_GET(inst),                                                 \
		.interrupt = GPIO_DT_SPEC_INST_GET(inst, int_gpios),                               \
		.led_ua = DT_INST_PROP(inst, led_current_microamp),                                \
		.rate_hz = DT_INST_PROP(inst, sample_rate),                                        \
		.average = DT_INST_PROP(inst, sample_average),                                     \
		.fifo_config = FIELD_PREP(MAX3010X_FIFO_AVERAGE,                                   \
					  DT_INST_ENUM_IDX(inst, sample_average)) |                \
			       FIELD_PREP(MAX3010X_FIFO_A_FULL,                                    \
					  MAX3010X_FIFO_DEPTH - DT_INST_PROP(inst, watermark)),    \
		.spo2_config =                                                                     \
			FIELD_PREP(MAX3010X_SPO2_RANGE,                                            \
				   DT_INST_ENUM_IDX(inst, adc_range_nanoamp)) |                    \
			FIELD_PREP(MAX3010X_SPO2_RATE, DT_INST_ENUM_IDX(inst, sample_rate)) |      \
			FIELD_PREP(MAX3010X_SPO2_WIDTH, DT_INST_ENUM_IDX(inst, pulse_width_us)),   \
		.watermark = DT_INST_PROP(inst, watermark),                                        \
		.slots = DT_INST_PROP_LEN(inst, slots),                                            \
		.led = {MAX3010X_LED_OF_SLOT(inst, 0), MAX3010X_LED_OF_SLOT(inst, 1),              \
			MAX3010X_LED_OF_SLOT(inst, 2), MAX3010X_LED_OF_SLOT(inst, 3)},             \
	};                                                                                         \
	PM_DEVICE_DT_INST_DEFINE(inst, max3010x_pm);                                               \
	SENSOR_DEVICE_DT_INST_DEFINE(inst, init, PM_DEVICE_DT_INST_GET(inst), &data_##inst,        \
				     &config_##inst, POST_KERNEL, CONFIG_SENSOR_INIT_PRIORITY,     \
				     &api);

DT_INST_FOREACH_STATUS_OKAY(MAX3010X_DEFINE)
