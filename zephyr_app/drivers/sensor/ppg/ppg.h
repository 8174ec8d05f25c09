/* SPDX-License-Identifier: Apache-2.0 */
/* What a driver's file of instances takes from the shared part. */
#ifndef PPG_PPG_H_
#define PPG_PPG_H_

#include <zephyr/devicetree.h>

#include "ppg_data.h"
#include "ppg_decoder.h"
#include "ppg_pm.h"

int pulse_ppg_attr_set(const struct device *dev, enum sensor_channel channel,
		       enum sensor_attribute attribute, const struct sensor_value *value);
int pulse_ppg_attr_get(const struct device *dev, enum sensor_channel channel,
		       enum sensor_attribute attribute, struct sensor_value *value);
int pulse_ppg_sample_fetch(const struct device *dev, enum sensor_channel channel);
int pulse_ppg_channel_get(const struct device *dev, enum sensor_channel channel,
			  struct sensor_value *value);
void pulse_ppg_submit(const struct device *dev, struct rtio_iodev_sqe *request);
void pulse_ppg_tell_info(const struct device *dev, struct pulse_ppg_info *out);
void pulse_ppg_tell_counters(const struct device *dev, struct pulse_ppg_counters *out);
int pulse_ppg_set_led(const struct device *dev, int channel, uint32_t ua);
int pulse_ppg_sense(const struct device *dev);

/**
 * Prepare the shared state and the interrupt, and set the chip up. The driver has checked its bus.
 * @return 0 or negative errno
 */
int pulse_ppg_init(const struct device *dev);

#ifdef CONFIG_SENSOR_ASYNC_API
#define PULSE_PPG_ASYNC(decoder) .submit = pulse_ppg_submit, .get_decoder = decoder,
#else
#define PULSE_PPG_ASYNC(decoder)
#endif

/* A driver's api, a struct pulse_ppg_api; its decoder's getter is the one thing of its own. */
#define PULSE_PPG_API(decoder)                                                                     \
	{                                                                                          \
		.sensor = {.attr_set = pulse_ppg_attr_set,                                         \
			   .attr_get = pulse_ppg_attr_get,                                         \
			   .sample_fetch = pulse_ppg_sample_fetch,                                 \
			   .channel_get = pulse_ppg_channel_get,                                   \
			   PULSE_PPG_ASYNC(decoder)},                                              \
		.info = pulse_ppg_tell_info, .counters = pulse_ppg_tell_counters,                  \
		.led = pulse_ppg_set_led, .proximity = pulse_ppg_sense,                            \
	}

/* The properties that all front ends have (dts/bindings/sensor/pulse,ppg.yaml). */
#define PULSE_PPG_COMMON(inst)                                                                     \
	.interrupt = GPIO_DT_SPEC_INST_GET(inst, int_gpios),                                       \
	.led_ua = DT_INST_PROP(inst, led_current_microamp),                                        \
	.rate_hz = DT_INST_PROP(inst, sample_rate), .average = DT_INST_PROP(inst, sample_average), \
	.fifo = DT_INST_PROP(inst, fifo_samples), .watermark = DT_INST_PROP(inst, watermark),      \
	.proximity_counts = DT_INST_PROP(inst, proximity_threshold)

/* LED number of a slot of an instance, 1 to 3; 0: the instance has no such slot. */
#define PULSE_PPG_LED_OF_SLOT(inst, slot)                                                          \
	COND_CODE_1(DT_INST_PROP_HAS_IDX(inst, slots, slot),                                       \
		    (DT_INST_PROP_BY_IDX(inst, slots, slot)), (0))

/* Arrays and combinations: bindings cannot restrict them. */
#define PULSE_PPG_CHECK_SLOT(node, property, i)                                                    \
	BUILD_ASSERT(IN_RANGE(DT_PROP_BY_IDX(node, property, i), 1, PULSE_PPG_LEDS),               \
		     "slots: each 1, 2 or 3");

#define PULSE_PPG_CHECK(inst)                                                                      \
	DT_INST_FOREACH_PROP_ELEM(inst, slots, PULSE_PPG_CHECK_SLOT)                               \
	BUILD_ASSERT(DT_INST_PROP_LEN(inst, led_current_microamp) <= PULSE_PPG_LEDS,               \
		     "led-current-microamp: three at most");                                       \
	BUILD_ASSERT(1000000000ULL * DT_INST_PROP(inst, sample_average) /                          \
				     DT_INST_PROP(inst, sample_rate) <=                            \
			     PULSE_PPG_PERIOD_MAX_NS(DT_INST_PROP(inst, fifo_samples)),            \
		     "sample-rate: too low for sample-average and the FIFO: 32 bits of ns");

#endif /* PPG_PPG_H_ */
