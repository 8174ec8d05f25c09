/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"
#include "fixed_point.h"

void pulse_nn_multiply(const struct pulse_nn_conv *conv, const int16_t *tile, uint32_t width,
		       const int8_t *weights, const struct pulse_nn_channel *channels, int8_t *out)
{
	uint32_t words = pulse_nn_quads(conv) * 2;
	uint32_t out_group = conv->out_c / conv->groups;

	for (uint32_t channel = 0; channel < out_group; channel++) {
		const int8_t *filter = weights + (channel / 2) * words * 4 + (channel & 1);

		for (uint32_t column = 0; column < width; column++) {
			const int16_t *x = tile + column * 2;
			int32_t acc = channels[channel].bias;

			for (uint32_t word = 0; word < words; word++) {
				acc += filter[word * 4] * x[word * width * 2] +
				       filter[word * 4 + 2] * x[word * width * 2 + 1];
			}
			out[column * conv->out_c + channel] =
				pulse_nn_requantise(conv, acc, &channels[channel]);
		}
	}
}
