/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

void pulse_nn_conv_add(const struct pulse_nn_conv *conv, const struct pulse_nn_elementwise *add,
		       const int8_t *in, int8_t *out, int16_t *tile, int8_t *rows)
{
	struct pulse_nn_elementwise part = *add;
	struct pulse_nn_walk walk;

	pulse_nn_begin(conv, tile, &walk);
	while (pulse_nn_next(&walk)) {
		uint32_t at = walk.first * conv->out_c;

		pulse_nn_strip(&walk, in, rows, tile);
		part.size = walk.block.tiles * walk.width * conv->out_c;
		part.period = part.size;
		pulse_nn_add(&part, in + at, rows, out + at);
	}
}
