/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_NN_POOL_WINDOW_H_
#define PULSE_NN_POOL_WINDOW_H_

#include "pulse/nn.h"

/** The part of a pool's window that lies inside the input. */
struct pulse_nn_pool_window {
	const int8_t *from;  /* its first element */
	uint32_t rows, cols; /* 1 or more */
	uint32_t row;        /* bytes from row to row */
};

static inline struct pulse_nn_pool_window
pulse_nn_pool_window(const struct pulse_nn_pool *pool, const int8_t *in, uint32_t y, uint32_t x)
{
	struct pulse_nn_pool_window window;
	int32_t top = (int32_t)(y * pool->stride_h) - pool->pad_h;
	int32_t left = (int32_t)(x * pool->stride_w) - pool->pad_w;
	int32_t bottom = top + pool->kernel_h, right = left + pool->kernel_w;

	top = top < 0 ? 0 : top;
	left = left < 0 ? 0 : left;
	bottom = bottom > pool->in_h ? pool->in_h : bottom;
	right = right > pool->in_w ? pool->in_w : right;
	window.row = (uint32_t)pool->in_w * pool->channels;
	window.from = in + (uint32_t)top * window.row + (uint32_t)left * pool->channels;
	window.rows = (uint32_t)(bottom - top);
	window.cols = (uint32_t)(right - left);
	return window;
}

/** Whether the activation clamps more than int8 does. */
static inline bool pulse_nn_pool_clamps(const struct pulse_nn_pool *pool)
{
	return pool->low > INT8_MIN || pool->high < INT8_MAX;
}

#endif /* PULSE_NN_POOL_WINDOW_H_ */
