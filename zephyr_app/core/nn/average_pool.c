/* SPDX-License-Identifier: Apache-2.0 */
#include "dsp.h"
#include "fixed_point.h"
#include "pool_window.h"

/** Mean of one channel, rounded half away from zero. */
static int32_t mean(const struct pulse_nn_pool *pool, const struct pulse_nn_pool_window *window,
		    uint32_t channel)
{
	int32_t count = (int32_t)(window->rows * window->cols), sum = 0;

	for (uint32_t i = 0; i < window->rows; i++) {
		const int8_t *x = window->from + i * window->row + channel;

		for (uint32_t j = window->cols; j > 0; j--, x += pool->channels) {
			sum += *x;
		}
	}
	return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

#if PULSE_NN_DSP

/** A sum to its mean: shift right by `shift`, rounding half away from zero. */
static int8_t rounded(int32_t sum, int32_t half, uint32_t shift)
{
	return (int8_t)((sum + (sum >> 31) + half) >> shift);
}

/** Means of whole quads of channels of 2, 4 ... 256 elements; returns the number of channels. */
static uint32_t mean_quads(const struct pulse_nn_pool *pool,
			   const struct pulse_nn_pool_window *window, int8_t *out)
{
	uint32_t count = window->rows * window->cols, channel = 0;
	uint32_t shift = (uint32_t)__builtin_ctz(count), step = pool->channels;
	uint32_t cols = window->cols * step;
	int32_t half = (int32_t)(count / 2);

	if (count < 2 || count > 256 || (count & (count - 1)) != 0 || pulse_nn_pool_clamps(pool)) {
		return 0;
	}
	for (; channel + 4 <= pool->channels; channel += 4, out += 4) {
		const int8_t *x = window->from + channel, *row = x;
		int32_t even = 0, odd = 0; /* two sums each, of 256 * -128 at the least */

		for (uint32_t i = window->rows; i > 0; i--, x = row += window->row) {
			const int8_t *end = x + cols;

			do {
				int32_t four = pulse_nn_load(x);

				even = __sxtab16(even, four);
				odd = __sxtab16(odd, pulse_nn_rotate(four, 8));
				x += step;
			} while (x != end);
		}
		out[0] = rounded((int16_t)even, half, shift);
		out[1] = rounded((int16_t)odd, half, shift);
		out[2] = rounded(even >> 16, half, shift);
		out[3] = rounded(odd >> 16, half, shift);
	}
	return channel;
}

#endif

void pulse_nn_average_pool(const struct pulse_nn_pool *pool, const int8_t *in, int8_t *out)
{
	for (uint32_t y = 0; y < pool->out_h; y++) {
		for (uint32_t x = 0; x < pool->out_w; x++, out += pool->channels) {
			struct pulse_nn_pool_window window = pulse_nn_pool_window(pool, in, y, x);
			uint32_t c = 0;

#if PULSE_NN_DSP
			c = mean_quads(pool, &window, out);
#endif
			for (; c < pool->channels; c++) {
				out[c] = (int8_t)pulse_nn_clamp(mean(pool, &window, c), pool->low,
								pool->high);
			}
		}
	}
}
