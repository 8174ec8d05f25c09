/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

/** Where the taps of output positions first .. first + width - 1 begin. */
static void find(const struct pulse_nn_conv *conv, uint32_t first, struct pulse_nn_site *site)
{
	uint32_t y = first / conv->out_w, x = first - y * conv->out_w;
	uint32_t begin = y;

	for (uint32_t column = 0; column < site->width; column++) {
		site->row[column] = (int32_t)(y * conv->stride_h) - conv->pad_h;
		site->col[column] = (int32_t)(x * conv->stride_w) - conv->pad_w;
		if (++x == conv->out_w) {
			x = 0;
			y++;
		}
	}
	site->inside =
		(x == 0 ? y - 1 : y) == begin && site->row[0] >= 0 && site->col[0] >= 0 &&
		site->row[0] + (conv->kernel_h - 1) * conv->dilation_h < conv->in_h &&
		site->col[site->width - 1] + (conv->kernel_w - 1) * conv->dilation_w < conv->in_w;
}

void pulse_nn_conv(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out, int16_t *tile)
{
	uint32_t positions = (uint32_t)conv->out_h * conv->out_w;
	uint32_t in_group = conv->in_c / conv->groups;
	uint32_t out_group = conv->out_c / conv->groups;
	uint32_t pairs = (out_group + 1) / 2;
	uint32_t filters = pairs * pulse_nn_quads(conv) * 8;
	struct pulse_nn_site site = {
		.width = positions < PULSE_NN_TILE ? 1 : PULSE_NN_TILE,
		.end = in + (uint32_t)conv->in_h * conv->in_w * conv->in_c,
	};

	for (uint32_t next = 0; next < positions; next += site.width) {
		/* The last tile may cover positions of the one before it once more. */
		uint32_t first = next + site.width > positions ? positions - site.width : next;
		int8_t *to = out + first * conv->out_c;

		find(conv, first, &site);
		for (uint32_t group = 0; group < conv->groups; group++) {
			pulse_nn_gather(conv, &site, in + group * in_group, tile);
			pulse_nn_multiply(conv, tile, site.width, conv->weights + group * filters,
					  conv->channels + group * pairs * 2,
					  to + group * out_group);
		}
	}
}
