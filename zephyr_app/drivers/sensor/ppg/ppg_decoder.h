/* SPDX-License-Identifier: Apache-2.0 */
/* From batches to readings. */
#ifndef PPG_DECODER_H_
#define PPG_DECODER_H_

#include <zephyr/drivers/sensor.h>

int pulse_ppg_get_frame_count(const uint8_t *buffer, struct sensor_chan_spec channel,
			      uint16_t *frame_count);
int pulse_ppg_get_size_info(struct sensor_chan_spec channel, size_t *base_size, size_t *frame_size);
int pulse_ppg_decode(const uint8_t *buffer, struct sensor_chan_spec channel, uint32_t *fit,
		     uint16_t max_count, void *data_out);
bool pulse_ppg_has_trigger(const uint8_t *buffer, enum sensor_trigger_type trigger);

#ifdef CONFIG_SENSOR_ASYNC_API
/* The decoder of the file's DT_DRV_COMPAT, and `getter`, sensor_driver_api's get_decoder. */
#define PULSE_PPG_DECODER_DEFINE(getter)                                                           \
	SENSOR_DECODER_API_DT_DEFINE() = {                                                         \
		.get_frame_count = pulse_ppg_get_frame_count,                                      \
		.get_size_info = pulse_ppg_get_size_info,                                          \
		.decode = pulse_ppg_decode,                                                        \
		.has_trigger = pulse_ppg_has_trigger,                                              \
	};                                                                                         \
	static int getter(const struct device *dev, const struct sensor_decoder_api **decoder)     \
	{                                                                                          \
		ARG_UNUSED(dev);                                                                   \
		*decoder = &SENSOR_DECODER_NAME();                                                 \
		return 0;                                                                          \
	}
#else
#define PULSE_PPG_DECODER_DEFINE(getter)
#endif

#endif /* PPG_DECODER_H_ */
