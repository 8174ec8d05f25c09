/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

void pulse_nn_strip(struct pulse_nn_walk *walk, const int8_t *in, int8_t *to, int16_t *tile)
{
	const struct pulse_nn_conv *conv = walk->conv;
	const int8_t *weights = conv->weights;
	const struct pulse_nn_channel *channels = conv->channels;
	uint32_t pairs = (walk->out_group + 1) / 2;

	for (uint32_t group = conv->groups; group > 0; group--) {
		pulse_nn_gather(walk, in, tile);
		pulse_nn_multiply(walk, tile, weights, channels, to);
		weights += pairs * walk->quads * 8;
		channels += pairs * 2;
		in += walk->next_group;
		to += walk->out_group;
	}
}

void pulse_nn_conv(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out, int16_t *tile)
{
	struct pulse_nn_walk walk;

	pulse_nn_begin(conv, tile, &walk);
	while (pulse_nn_next(&walk)) {
		pulse_nn_strip(&walk, in, out + walk.first * conv->out_c, tile);
	}
}
