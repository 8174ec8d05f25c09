/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

void pulse_nn_conv(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out, int16_t *tile)
{
	uint32_t positions = (uint32_t)conv->out_h * conv->out_w;
	uint32_t width = positions < PULSE_NN_TILE ? 1 : PULSE_NN_TILE;
	uint32_t in_group = conv->in_c / conv->groups;
	uint32_t out_group = conv->out_c / conv->groups;
	uint32_t pairs = (out_group + 1) / 2;
	uint32_t quads = pulse_nn_quads(conv);

	for (uint32_t next = 0; next < positions; next += width) {
		/* The last tile may cover positions of the one before it once more. */
		uint32_t first = next + width > positions ? positions - width : next;

		for (uint32_t group = 0; group < conv->groups; group++) {
			pulse_nn_gather(conv, in + group * in_group, first, width, tile);
			pulse_nn_multiply(conv, tile, width,
					  conv->weights + group * pairs * quads * 8,
					  conv->channels + group * pairs * 2,
					  out + first * conv->out_c + group * out_group);
		}
	}
}
