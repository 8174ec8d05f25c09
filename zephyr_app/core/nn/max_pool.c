/* SPDX-License-Identifier: Apache-2.0 */
#include "dsp.h"
#include "fixed_point.h"
#include "pool_window.h"

static int32_t largest(const struct pulse_nn_pool *pool, const struct pulse_nn_pool_window *window,
		       uint32_t channel)
{
	int32_t peak = INT8_MIN;

	for (uint32_t i = 0; i < window->rows; i++) {
		const int8_t *x = window->from + i * window->row + channel;

		for (uint32_t j = window->cols; j > 0; j--, x += pool->channels) {
			peak = *x > peak ? *x : peak;
		}
	}
	return peak;
}

#if PULSE_NN_DSP

/** Whole quads of channels; returns the number of channels. */
static uint32_t largest_quads(const struct pulse_nn_pool *pool,
			      const struct pulse_nn_pool_window *window, int8_t *out)
{
	uint32_t channel = 0, step = pool->channels, cols = window->cols * step;

	if (pulse_nn_pool_clamps(pool)) {
		return 0;
	}
	for (; channel + 4 <= pool->channels; channel += 4) {
		const int8_t *x = window->from + channel, *row = x;
		int32_t peak = (int32_t)0x80808080;

		for (uint32_t i = window->rows; i > 0; i--, x = row += window->row) {
			const int8_t *end = x + cols;

			do {
				int32_t four = pulse_nn_load(x);

				__ssub8(four, peak);
				peak = (int32_t)__sel((uint32_t)four, (uint32_t)peak);
				x += step;
			} while (x != end);
		}
		pulse_nn_store(out + channel, peak);
	}
	return channel;
}

#endif

void pulse_nn_max_pool(const struct pulse_nn_pool *pool, const int8_t *in, int8_t *out)
{
	for (uint32_t y = 0; y < pool->out_h; y++) {
		for (uint32_t x = 0; x < pool->out_w; x++, out += pool->channels) {
			struct pulse_nn_pool_window window = pulse_nn_pool_window(pool, in, y, x);
			uint32_t c = 0;

#if PULSE_NN_DSP
			c = largest_quads(pool, &window, out);
#endif
			for (; c < pool->channels; c++) {
				out[c] = (int8_t)pulse_nn_clamp(largest(pool, &window, c),
								pool->low, pool->high);
			}
		}
	}
}
