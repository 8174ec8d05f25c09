/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"
#include "fixed_point.h"

#if PULSE_NN_DSP

static void clamp(const struct pulse_nn_walk *walk, int8_t *out)
{
	const struct pulse_nn_conv *conv = walk->conv;

	for (uint32_t n = walk->block.tiles * walk->width; n > 0; n--, out += conv->out_c) {
		for (uint32_t i = 0; i < walk->out_group; i++) {
			out[i] = (int8_t)pulse_nn_clamp(out[i], conv->low, conv->high);
		}
	}
}

void pulse_nn_multiply(struct pulse_nn_walk *walk, const int16_t *tile, const int8_t *weights,
		       const struct pulse_nn_channel *channels, int8_t *out)
{
	const struct pulse_nn_conv *conv = walk->conv;

	if (conv->wide) {
		pulse_nn_multiply_any(walk, tile, weights, channels, out);
	} else if (walk->width == PULSE_NN_TILE) {
		walk->block.out = out;
		walk->block.channels_end = channels + walk->out_group;
		pulse_nn_multiply_4(tile, weights, channels, &walk->block);
		if (conv->low > INT8_MIN || conv->high < INT8_MAX) {
			clamp(walk, out);
		}
	} else {
		pulse_nn_multiply_1(walk, tile, weights, channels, out);
	}
}

#endif
