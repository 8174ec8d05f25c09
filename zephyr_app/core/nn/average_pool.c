/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed_point.h"
#include "pool_window.h"

/** Mean of one channel, rounded half away from zero. */
static int32_t mean(const struct pulse_nn_pool *pool, const int8_t *in,
		    const struct pulse_nn_pool_window *window)
{
	int32_t count = (window->bottom - window->top) * (window->right - window->left);
	int32_t sum = 0;

	for (int32_t row = window->top; row < window->bottom; row++) {
		for (int32_t col = window->left; col < window->right; col++) {
			sum += in[(row * pool->in_w + col) * pool->channels];
		}
	}
	return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

void pulse_nn_average_pool(const struct pulse_nn_pool *pool, const int8_t *in, int8_t *out)
{
	for (uint32_t y = 0; y < pool->out_h; y++) {
		for (uint32_t x = 0; x < pool->out_w; x++) {
			struct pulse_nn_pool_window window = pulse_nn_pool_window(pool, y, x);

			for (uint32_t c = 0; c < pool->channels; c++) {
				*out++ = (int8_t)pulse_nn_clamp(mean(pool, in + c, &window),
								pool->low, pool->high);
			}
		}
	}
}
