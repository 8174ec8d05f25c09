/* SPDX-License-Identifier: Apache-2.0 */
/* One device for each node of the compatible "pulse,max86141". */
#define DT_DRV_COMPAT pulse_max86141

#include <zephyr/logging/log.h>

#include "max86141_data.h"
#include "ppg.h"

LOG_MODULE_DECLARE(max86141, CONFIG_SENSOR_LOG_LEVEL);

PULSE_PPG_DECODER_DEFINE(get_decoder)

static int init(const struct device *dev)
{
	const struct max86141_config *config = dev->config;

	if (!spi_is_ready_dt(&config->spi)) {
		LOG_ERR("%s: bus not ready", dev->name);
		return -ENODEV;
	}
	return pulse_ppg_init(dev);
}

static const struct pulse_ppg_api api = PULSE_PPG_API(get_decoder);

#define PHOTODIODES(inst) DT_INST_PROP(inst, photodiodes)
#define CHANNELS(inst)    (DT_INST_PROP_LEN(inst, slots) * PHOTODIODES(inst))
#define RANGE(inst)       DT_INST_ENUM_IDX(inst, led_range_milliamp)
#define STEP_UA(inst)     (MAX86141_LED_STEP_UA * (RANGE(inst) + 1))

/* LED of a slot, from 0; without such a slot the first. */
#define SLOT_LED(inst, slot) (MAX(PULSE_PPG_LED_OF_SLOT(inst, slot), 1) - 1)

/* The FIFO has each slot's light at PD1, then at PD2. */
#define CHANNEL_LED_0(inst) SLOT_LED(inst, 0)
#define CHANNEL_LED_1(inst) (PHOTODIODES(inst) == 1 ? SLOT_LED(inst, 1) : SLOT_LED(inst, 0))
#define CHANNEL_LED_2(inst) (PHOTODIODES(inst) == 1 ? SLOT_LED(inst, 2) : SLOT_LED(inst, 1))
#define CHANNEL_LED_3(inst) (PHOTODIODES(inst) == 1 ? SLOT_LED(inst, 3) : SLOT_LED(inst, 1))

#define COLOR_AT(inst, led)                                                                        \
	COND_CODE_1(DT_INST_PROP_HAS_IDX(inst, led_colors, led),                                   \
		    (DT_INST_PROP_BY_IDX(inst, led_colors, led)), (0))
#define LED_COLOR(inst, led)                                                                       \
	((led) == 0 ? COLOR_AT(inst, 0) : (led) == 1 ? COLOR_AT(inst, 1) : COLOR_AT(inst, 2))
#define COLOR_OF(inst, channel)                                                                    \
	(channel < CHANNELS(inst) ? LED_COLOR(inst, CHANNEL_LED_##channel(inst)) : 0)

#define CHECK_CURRENT(node, property, i)                                                           \
	BUILD_ASSERT(DT_PROP_BY_IDX(node, property, i) <=                                          \
			     UINT8_MAX * MAX86141_LED_STEP_UA *                                    \
				     (DT_ENUM_IDX(node, led_range_milliamp) + 1),                  \
		     "led-current-microamp: each at most led-range-milliamp");

#define CHECK(inst)                                                                                \
	PULSE_PPG_CHECK(inst)                                                                      \
	DT_INST_FOREACH_PROP_ELEM(inst, led_current_microamp, CHECK_CURRENT)                       \
	BUILD_ASSERT(CHANNELS(inst) == 1 || CHANNELS(inst) == 2 || CHANNELS(inst) == 4,            \
		     "slots x photodiodes: 1, 2 or 4 channels");                                   \
	BUILD_ASSERT(DT_INST_PROP(inst, fifo_samples) * CHANNELS(inst) == MAX86141_WORDS,          \
		     "fifo-samples: 128 words / channels");                                        \
	BUILD_ASSERT(IN_RANGE(DT_INST_PROP(inst, watermark), 1, DT_INST_PROP(inst, fifo_samples)), \
		     "watermark: 1 to fifo-samples");                                              \
	BUILD_ASSERT(DT_INST_PROP_LEN(inst, led_colors) == PULSE_PPG_LEDS, "led-colors: three");   \
	BUILD_ASSERT(DT_INST_PROP(inst, proximity_microamp) <= UINT8_MAX * STEP_UA(inst),          \
		     "proximity-microamp: at most led-range-milliamp");

#define MAX86141_DEFINE(inst)                                                                      \
	CHECK(inst)                                                                                \
	static struct max86141_data data_##inst;                                                   \
	static const struct max86141_config config_##inst = {                                      \
		.ppg =                                                                             \
			{                                                                          \
				PULSE_PPG_COMMON(inst),                                            \
				.chip = &max86141_chip,                                            \
				.bits = MAX86141_COUNT_BITS,                                       \
				.led_step_ua = STEP_UA(inst),                                      \
				.led_max_ua = UINT8_MAX * STEP_UA(inst),                           \
				.channels = CHANNELS(inst),                                        \
				.led = {CHANNEL_LED_0(inst), CHANNEL_LED_1(inst),                  \
					CHANNEL_LED_2(inst), CHANNEL_LED_3(inst)},                 \
				.color = {COLOR_OF(inst, 0), COLOR_OF(inst, 1), COLOR_OF(inst, 2), \
					  COLOR_OF(inst, 3)},                                      \
				.proximity_step =                                                  \
					DT_INST_PROP(inst, proximity_microamp) / STEP_UA(inst),    \
			},                                                                         \
		.spi = SPI_DT_SPEC_INST_GET(inst, SPI_WORD_SET(8) | SPI_TRANSFER_MSB, 0),          \
		.photodiodes = PHOTODIODES(inst),                                                  \
		.system =                                                                          \
			(PHOTODIODES(inst) == 1 ? MAX86141_SINGLE_PPG : 0) |                       \
			(DT_INST_PROP(inst, sample_rate) <= MAX86141_LP_MAX_HZ ? MAX86141_LP_MODE  \
									       : 0),               \
		.ppg_config1 =                                                                     \
			FIELD_PREP(MAX86141_ADC_RGE1, DT_INST_ENUM_IDX(inst, adc_range_nanoamp)) | \
			FIELD_PREP(MAX86141_ADC_RGE2, DT_INST_ENUM_IDX(inst, adc_range_nanoamp)) | \
			FIELD_PREP(MAX86141_TINT, DT_INST_ENUM_IDX(inst, pulse_width_us)),         \
		.rate = DT_INST_ENUM_IDX(inst, sample_rate),                                       \
		.average = DT_INST_ENUM_IDX(inst, sample_average),                                 \
		.led_seq = {PULSE_PPG_LED_OF_SLOT(inst, 1) << 4 | PULSE_PPG_LED_OF_SLOT(inst, 0),  \
			    PULSE_PPG_LED_OF_SLOT(inst, 3) << 4 | PULSE_PPG_LED_OF_SLOT(inst, 2)}, \
		.led_range = RANGE(inst) * 0x15,                                                   \
	};                                                                                         \
	PM_DEVICE_DT_INST_DEFINE(inst, pulse_ppg_pm);                                              \
	SENSOR_DEVICE_DT_INST_DEFINE(inst, init, PM_DEVICE_DT_INST_GET(inst), &data_##inst,        \
				     &config_##inst, POST_KERNEL, CONFIG_SENSOR_INIT_PRIORITY,     \
				     &api);

DT_INST_FOREACH_STATUS_OKAY(MAX86141_DEFINE)
