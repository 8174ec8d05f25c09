/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

/** Index in the tile of a tap: quads of words 0, 2 | 1, 3, one of each for every column. */
static uint32_t place(uint32_t tap, uint32_t width, uint32_t column)
{
	uint32_t word = (tap / 4) * 2 + (tap & 1);

	return (word * width + column) * 2 + ((tap >> 1) & 1);
}

void pulse_nn_gather_any(const struct pulse_nn_conv *conv, const struct pulse_nn_site *site,
			 const int8_t *in, int16_t *tile)
{
	uint32_t depth = conv->in_c / conv->groups;

	for (uint32_t column = 0; column < site->width; column++) {
		uint32_t tap = 0;

		for (uint32_t i = 0; i < conv->kernel_h; i++) {
			int32_t row = site->row[column] + (int32_t)i * conv->dilation_h;

			for (uint32_t j = 0; j < conv->kernel_w; j++) {
				int32_t col = site->col[column] + (int32_t)j * conv->dilation_w;
				bool inside = row >= 0 && row < conv->in_h && col >= 0 &&
					      col < conv->in_w;
				const int8_t *from =
					inside ? in + (row * conv->in_w + col) * conv->in_c : in;

				for (uint32_t c = 0; c < depth; c++) {
					tile[place(tap++, site->width, column)] =
						inside ? from[c] : conv->in_zero;
				}
			}
		}
	}
}
