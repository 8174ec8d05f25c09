/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise.h"
#include "dsp.h"
#include "fixed_point.h"

static int8_t output(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t y, uint32_t x,
		     uint32_t channel)
{
	uint32_t source = channel / (conv->out_c / conv->in_c);
	const int8_t *weight = conv->weights + channel;
	int32_t acc = conv->channels[channel].bias;

	for (uint32_t i = 0; i < conv->kernel_h; i++) {
		int32_t row = (int32_t)(y * conv->stride_h + i * conv->dilation_h) - conv->pad_h;

		for (uint32_t j = 0; j < conv->kernel_w; j++, weight += conv->out_c) {
			int32_t col =
				(int32_t)(x * conv->stride_w + j * conv->dilation_w) - conv->pad_w;
			uint32_t place = ((uint32_t)row * conv->in_w + (uint32_t)col) * conv->in_c;

			if (row >= 0 && row < conv->in_h && col >= 0 && col < conv->in_w) {
				acc += *weight * (in[place + source] - conv->in_zero);
			}
		}
	}
	return pulse_nn_requantise(conv, acc, &conv->channels[channel]);
}

void pulse_nn_depthwise(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out,
			int16_t *scratch)
{
#if PULSE_NN_DSP
	if (pulse_nn_depthwise_strips(conv, in, out, scratch)) {
		return;
	}
#endif
	(void)scratch;
	for (uint32_t y = 0; y < conv->out_h; y++) {
		for (uint32_t x = 0; x < conv->out_w; x++) {
			for (uint32_t channel = 0; channel < conv->out_c; channel++) {
				*out++ = output(conv, in, y, x, channel);
			}
		}
	}
}
