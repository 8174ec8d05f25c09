/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

/** Index in the tile of a tap: quads of words 0, 2 | 1, 3, one of each for every column. */
static uint32_t place(uint32_t tap, uint32_t width, uint32_t column)
{
	uint32_t word = (tap / 4) * 2 + (tap & 1);

	return (word * width + column) * 2 + ((tap >> 1) & 1);
}

void pulse_nn_gather_any(const struct pulse_nn_walk *walk, const int8_t *in, int16_t *tile)
{
	const struct pulse_nn_conv *conv = walk->conv;

	for (uint32_t column = 0; column < walk->width; column++) {
		uint32_t y = (walk->first + column) / conv->out_w;
		uint32_t x = (walk->first + column) % conv->out_w, tap = 0;

		for (uint32_t i = 0; i < conv->kernel_h; i++) {
			uint32_t row = y * conv->stride_h + i * conv->dilation_h - conv->pad_h;

			for (uint32_t j = 0; j < conv->kernel_w; j++) {
				uint32_t col =
					x * conv->stride_w + j * conv->dilation_w - conv->pad_w;
				bool inside = row < conv->in_h && col < conv->in_w;
				const int8_t *from =
					inside ? in + (row * conv->in_w + col) * walk->pitch : in;

				for (uint32_t c = 0; c < walk->in_group; c++) {
					tile[place(tap++, walk->width, column)] =
						inside ? from[c] : conv->in_zero;
				}
			}
		}
	}
}
