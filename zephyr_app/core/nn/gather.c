/* SPDX-License-Identifier: Apache-2.0 */
#include "gather_parts.h"

void pulse_nn_gather_any(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t first,
			 uint32_t width, int16_t *tile)
{
	uint32_t depth = conv->in_c / conv->groups;

	for (uint32_t column = 0; column < width; column++) {
		struct pulse_nn_corner corner = pulse_nn_corner(conv, first + column);
		uint32_t tap = 0;

		for (uint32_t i = 0; i < conv->kernel_h; i++) {
			int32_t row = corner.row + (int32_t)i * conv->dilation_h;

			for (uint32_t j = 0; j < conv->kernel_w; j++) {
				int32_t col = corner.col + (int32_t)j * conv->dilation_w;
				bool inside = row >= 0 && row < conv->in_h && col >= 0 &&
					      col < conv->in_w;
				const int8_t *from =
					inside ? in + (row * conv->in_w + col) * conv->in_c : in;

				for (uint32_t c = 0; c < depth; c++) {
					tile[pulse_nn_tap_place(tap++, width, column)] =
						inside ? from[c] : conv->in_zero;
				}
			}
		}
	}
}

#if !PULSE_NN_DSP

void pulse_nn_gather(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t first,
		     uint32_t width, int16_t *tile)
{
	pulse_nn_gather_any(conv, in, first, width, tile);
}

#endif
