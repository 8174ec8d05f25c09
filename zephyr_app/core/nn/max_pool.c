/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed_point.h"
#include "pool_window.h"

static int32_t largest(const struct pulse_nn_pool *pool, const int8_t *in,
		       const struct pulse_nn_pool_window *window)
{
	int32_t peak = INT8_MIN;

	for (int32_t row = window->top; row < window->bottom; row++) {
		for (int32_t col = window->left; col < window->right; col++) {
			int32_t x = in[(row * pool->in_w + col) * pool->channels];

			peak = x > peak ? x : peak;
		}
	}
	return peak;
}

void pulse_nn_max_pool(const struct pulse_nn_pool *pool, const int8_t *in, int8_t *out)
{
	for (uint32_t y = 0; y < pool->out_h; y++) {
		for (uint32_t x = 0; x < pool->out_w; x++) {
			struct pulse_nn_pool_window window = pulse_nn_pool_window(pool, y, x);

			for (uint32_t c = 0; c < pool->channels; c++) {
				*out++ = (int8_t)pulse_nn_clamp(largest(pool, in + c, &window),
								pool->low, pool->high);
			}
		}
	}
}
