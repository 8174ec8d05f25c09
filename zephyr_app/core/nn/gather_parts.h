/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_NN_GATHER_PARTS_H_
#define PULSE_NN_GATHER_PARTS_H_

#include "conv_parts.h"

/** Input row and column under the first tap of an output position; may lie outside. */
struct pulse_nn_corner {
	int32_t row, col;
};

static inline struct pulse_nn_corner pulse_nn_corner(const struct pulse_nn_conv *conv,
						     uint32_t position)
{
	uint32_t y = position / conv->out_w, x = position - y * conv->out_w;
	struct pulse_nn_corner corner = {
		.row = (int32_t)(y * conv->stride_h) - conv->pad_h,
		.col = (int32_t)(x * conv->stride_w) - conv->pad_w,
	};

	return corner;
}

/** Index in the tile of a tap: quads of words 0, 2 | 1, 3, one of each for every column. */
static inline uint32_t pulse_nn_tap_place(uint32_t tap, uint32_t width, uint32_t column)
{
	uint32_t word = (tap / 4) * 2 + (tap & 1);

	return (word * width + column) * 2 + ((tap >> 1) & 1);
}

/**
 * pulse_nn_gather for any layer and any processor. Taps that fill up the last quad are left as they
 * are: their weights are 0.
 */
void pulse_nn_gather_any(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t first,
			 uint32_t width, int16_t *tile);

#endif /* PULSE_NN_GATHER_PARTS_H_ */
