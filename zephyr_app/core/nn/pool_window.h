/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_NN_POOL_WINDOW_H_
#define PULSE_NN_POOL_WINDOW_H_

#include "pulse/nn.h"

/** The part of a pool's window that lies inside the input: [begin, end). */
struct pulse_nn_pool_window {
	int32_t top, bottom, left, right;
};

static inline struct pulse_nn_pool_window pulse_nn_pool_window(const struct pulse_nn_pool *pool,
							       uint32_t y, uint32_t x)
{
	struct pulse_nn_pool_window window;

	window.top = (int32_t)(y * pool->stride_h) - pool->pad_h;
	window.left = (int32_t)(x * pool->stride_w) - pool->pad_w;
	window.bottom = window.top + pool->kernel_h;
	window.right = window.left + pool->kernel_w;
	window.top = window.top < 0 ? 0 : window.top;
	window.left = window.left < 0 ? 0 : window.left;
	window.bottom = window.bottom > pool->in_h ? pool->in_h : window.bottom;
	window.right = window.right > pool->in_w ? pool->in_w : window.right;
	return window;
}

#endif /* PULSE_NN_POOL_WINDOW_H_ */
