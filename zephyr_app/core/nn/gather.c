/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

/** Place of a tap in its quad's eight bytes: taps 0, 2 | 1, 3. */
static uint32_t place(uint32_t tap, uint32_t width, uint32_t column)
{
	uint32_t word = (tap / 4) * 2 + (tap & 1);

	return (word * width + column) * 2 + ((tap >> 1) & 1);
}

void pulse_nn_gather(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t first,
		     uint32_t width, int16_t *tile)
{
	uint32_t depth = conv->in_c / conv->groups;
	uint32_t taps = pulse_nn_quads(conv) * 4;

	for (uint32_t column = 0; column < width; column++) {
		uint32_t y = (first + column) / conv->out_w, x = (first + column) % conv->out_w;
		uint32_t tap = 0;

		for (uint32_t i = 0; i < conv->kernel_h; i++) {
			int32_t row =
				(int32_t)(y * conv->stride_h + i * conv->dilation_h) - conv->pad_h;

			for (uint32_t j = 0; j < conv->kernel_w; j++) {
				int32_t col = (int32_t)(x * conv->stride_w + j * conv->dilation_w) -
					      conv->pad_w;
				bool inside = row >= 0 && row < conv->in_h && col >= 0 &&
					      col < conv->in_w;
				const int8_t *from =
					inside ? in + (row * conv->in_w + col) * conv->in_c : in;

				for (uint32_t c = 0; c < depth; c++) {
					tile[place(tap++, width, column)] =
						inside ? from[c] : conv->in_zero;
				}
			}
		}
		while (tap < taps) {
			tile[place(tap++, width, column)] = 0;
		}
	}
}
