/* SPDX-License-Identifier: Apache-2.0 */
#include "ppg_data.h"
#include "ppg_decoder.h"

/* The channel_idx-th appearance of a colour, or -ENOTSUP. */
static int channel_of(const struct pulse_ppg_batch *batch, struct sensor_chan_spec channel)
{
	uint8_t color = pulse_ppg_color(channel.chan_type);
	int appearance = 0;

	for (int i = 0; color != 0 && i < batch->channels; i++) {
		if (batch->color[i] == color && appearance++ == channel.chan_idx) {
			return i;
		}
	}
	return -ENOTSUP;
}

int pulse_ppg_get_frame_count(const uint8_t *buffer, struct sensor_chan_spec channel,
			      uint16_t *frame_count)
{
	const struct pulse_ppg_batch *batch = (const struct pulse_ppg_batch *)buffer;
	int found = channel_of(batch, channel);

	if (found < 0) {
		return found;
	}
	*frame_count = batch->samples;
	return 0;
}

int pulse_ppg_get_size_info(struct sensor_chan_spec channel, size_t *base_size, size_t *frame_size)
{
	if (pulse_ppg_color(channel.chan_type) == 0) {
		return -ENOTSUP;
	}
	*base_size = sizeof(struct sensor_q31_data);
	*frame_size = sizeof(struct sensor_q31_sample_data);
	return 0;
}

/* q31 value = counts << (31 - bits), shift = bits. */
int pulse_ppg_decode(const uint8_t *buffer, struct sensor_chan_spec channel, uint32_t *fit,
		     uint16_t max_count, void *data_out)
{
	const struct pulse_ppg_batch *batch = (const struct pulse_ppg_batch *)buffer;
	struct sensor_q31_data *out = data_out;
	int found = channel_of(batch, channel);
	int count = 0;

	if (found < 0) {
		return found;
	}
	out->shift = batch->bits;
	out->header.base_timestamp_ns = batch->first_ns;
	while (*fit < batch->samples && count < max_count) {
		out->readings[count].timestamp_delta = *fit * batch->period_ns;
		out->readings[count].value = pulse_ppg_counts(batch, *fit, found)
					     << (31 - batch->bits);
		(*fit)++;
		count++;
	}
	out->header.reading_count = count;
	return count;
}

bool pulse_ppg_has_trigger(const uint8_t *buffer, enum sensor_trigger_type trigger)
{
	const struct pulse_ppg_batch *batch = (const struct pulse_ppg_batch *)buffer;

	switch (trigger) {
	case SENSOR_TRIG_FIFO_WATERMARK:
		return batch->samples > 0;
	case SENSOR_TRIG_FIFO_FULL:
		return batch->lost > 0;
	default:
		return false;
	}
}
