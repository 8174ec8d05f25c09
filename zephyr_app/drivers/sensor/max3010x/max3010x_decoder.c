/* SPDX-License-Identifier: Apache-2.0 */
#define DT_DRV_COMPAT pulse_max3010x

#include "max3010x_data.h"
#include "max3010x_decoder.h"

#define COUNTS_SHIFT 18 /* q31 value = counts << (31 - 18) */

/* The slot of the channel_idx-th appearance of a channel's LED, or -ENOTSUP. */
static int slot_of(const struct max3010x_batch *batch, struct sensor_chan_spec channel)
{
	uint8_t led = max3010x_led(channel.chan_type);
	int appearance = 0;

	for (int i = 0; led != 0 && i < batch->slots; i++) {
		if (batch->led[i] == led && appearance++ == channel.chan_idx) {
			return i;
		}
	}
	return -ENOTSUP;
}

static int get_frame_count(const uint8_t *buffer, struct sensor_chan_spec channel,
			   uint16_t *frame_count)
{
	const struct max3010x_batch *batch = (const struct max3010x_batch *)buffer;
	int slot = slot_of(batch, channel);

	if (slot < 0) {
		return slot;
	}
	*frame_count = batch->samples;
	return 0;
}

static int get_size_info(struct sensor_chan_spec channel, size_t *base_size, size_t *frame_size)
{
	if (max3010x_led(channel.chan_type) == 0) {
		return -ENOTSUP;
	}
	*base_size = sizeof(struct sensor_q31_data);
	*frame_size = sizeof(struct sensor_q31_sample_data);
	return 0;
}

static int decode(const uint8_t *buffer, struct sensor_chan_spec channel, uint32_t *fit,
		  uint16_t max_count, void *data_out)
{
	const struct max3010x_batch *batch = (const struct max3010x_batch *)buffer;
	struct sensor_q31_data *out = data_out;
	int slot = slot_of(batch, channel);
	int count = 0;

	if (slot < 0) {
		return slot;
	}
	out->shift = COUNTS_SHIFT;
	out->header.base_timestamp_ns = batch->first_ns;
	while (*fit < batch->samples && count < max_count) {
		const uint8_t *bytes = &batch->fifo[(*fit * batch->slots + slot) * MAX3010X_SAMPLE];

		out->readings[count].timestamp_delta = *fit * batch->period_ns;
		out->readings[count].value = max3010x_counts(bytes) << (31 - COUNTS_SHIFT);
		(*fit)++;
		count++;
	}
	out->header.reading_count = count;
	return count;
}

static bool has_trigger(const uint8_t *buffer, enum sensor_trigger_type trigger)
{
	const struct max3010x_batch *batch = (const struct max3010x_batch *)buffer;

	switch (trigger) {
	case SENSOR_TRIG_FIFO_WATERMARK:
		return batch->samples > 0;
	case SENSOR_TRIG_FIFO_FULL:
		return batch->lost > 0;
	default:
		return false;
	}
}

SENSOR_DECODER_API_DT_DEFINE() = {
	.get_frame_count = get_frame_count,
	.get_size_info = get_size_info,
	.decode = decode,
	.has_trigger = has_trigger,
};

int max3010x_get_decoder(const struct device *dev, const struct sensor_decoder_api **decoder)
{
	ARG_UNUSED(dev);
	*decoder = &SENSOR_DECODER_NAME();
	return 0;
}
