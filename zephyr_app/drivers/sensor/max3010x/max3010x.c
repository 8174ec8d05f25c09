/* SPDX-License-Identifier: Apache-2.0 */
/* One device for each node of the compatible "pulse,max3010x". */
#define DT_DRV_COMPAT pulse_max3010x

#include <zephyr/logging/log.h>

#include "max3010x_data.h"
#include "ppg.h"

LOG_MODULE_DECLARE(max3010x, CONFIG_SENSOR_LOG_LEVEL);

PULSE_PPG_DECODER_DEFINE(get_decoder)

static int init(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;

	if (!i2c_is_ready_dt(&config->i2c)) {
		LOG_ERR("%s: bus not ready", dev->name);
		return -ENODEV;
	}
	return pulse_ppg_init(dev);
}

static const struct pulse_ppg_api api = PULSE_PPG_API(get_decoder);

#define LED(inst, slot) PULSE_PPG_LED_OF_SLOT(inst, slot)

#define CHECK_CURRENT(node, property, i)                                                           \
	BUILD_ASSERT(DT_PROP_BY_IDX(node, property, i) <= MAX3010X_LED_MAX_UA,                     \
		     "led-current-microamp: each 0 to 51000");

#define CHECK(inst)                                                                                \
	PULSE_PPG_CHECK(inst)                                                                      \
	BUILD_ASSERT(IN_RANGE(DT_INST_PROP_LEN(inst, slots), 1, PULSE_PPG_CHANNELS),               \
		     "slots: one to four");                                                        \
	DT_INST_FOREACH_PROP_ELEM(inst, led_current_microamp, CHECK_CURRENT)                       \
	BUILD_ASSERT(IN_RANGE(DT_INST_PROP(inst, watermark), 17, MAX3010X_FIFO_DEPTH),             \
		     "watermark: 17 to 32");                                                       \
	BUILD_ASSERT(IN_RANGE(DT_INST_PROP(inst, proximity_threshold), 1024, 0x3ffff),             \
		     "proximity-threshold: 1024 to 262143");                                       \
	BUILD_ASSERT(DT_INST_PROP(inst, proximity_microamp) <= MAX3010X_LED_MAX_UA,                \
		     "proximity-microamp: 0 to 51000");                                            \
	BUILD_ASSERT(DT_INST_PROP(inst, sample_rate) <=                                            \
			     MAX3010X_RATE_MAX(DT_INST_PROP(inst, pulse_width_us),                 \
					       DT_INST_PROP_LEN(inst, slots)),                     \
		     "sample-rate: too high for pulse-width-us and the number of slots");

#define MAX3010X_DEFINE(inst)                                                                      \
	CHECK(inst)                                                                                \
	static struct max3010x_data data_##inst;                                                   \
	static const struct max3010x_config config_##inst = {                                      \
		.ppg =                                                                             \
			{                                                                          \
				PULSE_PPG_COMMON(inst),                                            \
				.chip = &max3010x_chip,                                            \
				.bits = MAX3010X_COUNT_BITS,                                       \
				.led_step_ua = MAX3010X_LED_STEP_UA,                               \
				.led_max_ua = MAX3010X_LED_MAX_UA,                                 \
				.channels = DT_INST_PROP_LEN(inst, slots),                         \
				.led = {MAX(LED(inst, 0), 1) - 1, MAX(LED(inst, 1), 1) - 1,        \
					MAX(LED(inst, 2), 1) - 1,                                  \
					MAX(LED(inst, 3), 1) -                                     \
						1}, /* LED1 is red, LED2 infrared, LED3 green: the \
						       colours' numbers */                         \
				.color = {LED(inst, 0), LED(inst, 1), LED(inst, 2), LED(inst, 3)}, \
				.proximity_step = DT_INST_PROP(inst, proximity_microamp) /         \
						  MAX3010X_LED_STEP_UA,                            \
			},                                                                         \
		.i2c = I2C_DT_SPEC_INST_GET(inst),                                                 \
		.fifo_config = FIELD_PREP(MAX3010X_FIFO_AVERAGE,                                   \
					  DT_INST_ENUM_IDX(inst, sample_average)) |                \
			       FIELD_PREP(MAX3010X_FIFO_A_FULL,                                    \
					  MAX3010X_FIFO_DEPTH - DT_INST_PROP(inst, watermark)),    \
		.spo2_config =                                                                     \
			FIELD_PREP(MAX3010X_SPO2_RANGE,                                            \
				   DT_INST_ENUM_IDX(inst, adc_range_nanoamp)) |                    \
			FIELD_PREP(MAX3010X_SPO2_RATE, DT_INST_ENUM_IDX(inst, sample_rate)) |      \
			FIELD_PREP(MAX3010X_SPO2_WIDTH, DT_INST_ENUM_IDX(inst, pulse_width_us)),   \
		.multi_led = {LED(inst, 1) << 4 | LED(inst, 0), LED(inst, 3) << 4 | LED(inst, 2)}, \
	};                                                                                         \
	PM_DEVICE_DT_INST_DEFINE(inst, pulse_ppg_pm);                                              \
	SENSOR_DEVICE_DT_INST_DEFINE(inst, init, PM_DEVICE_DT_INST_GET(inst), &data_##inst,        \
				     &config_##inst, POST_KERNEL, CONFIG_SENSOR_INIT_PRIORITY,     \
				     &api);

DT_INST_FOREACH_STATUS_OKAY(MAX3010X_DEFINE)
