/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"
#include "fixed_point.h"

/** Weight of filter a or b (0 or 1) from 256 * b + a, little-endian. */
static int32_t weight(const int8_t *pair, uint32_t which)
{
	return which == 0 ? pair[0] : (int8_t)(pair[1] + (pair[0] < 0));
}

void pulse_nn_multiply_any(const struct pulse_nn_walk *walk, const int16_t *tile,
			   const int8_t *weights, const struct pulse_nn_channel *channels,
			   int8_t *out)
{
	const struct pulse_nn_conv *conv = walk->conv;
	uint32_t words = walk->quads * 2, width = walk->width;

	for (uint32_t channel = 0; channel < walk->out_group; channel++) {
		const int8_t *filters = weights + (channel / 2) * words * 4;

		for (uint32_t column = 0; column < width; column++) {
			const int16_t *x = tile + column * 2;
			int32_t acc = channels[channel].bias;

			for (uint32_t word = 0; word < words; word++) {
				const int8_t *pairs = filters + word * 4;

				acc += weight(pairs, channel & 1) * x[word * width * 2] +
				       weight(pairs + 2, channel & 1) * x[word * width * 2 + 1];
			}
			out[column * conv->out_c + channel] =
				pulse_nn_requantise(conv, acc, &channels[channel]);
		}
	}
}
