/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"
#include "fixed_point.h"

#if PULSE_NN_DSP

/** Sums of a and of 256 * b + a, for two pairs of filters. */
struct sums {
	int32_t a[2], ba[2];
};

/** One position by four filters: 15 instructions for 16 products. */
static struct sums multiply(const int16_t *tile, const int8_t *first, const int8_t *second,
			    uint32_t quads)
{
	const int8_t *end = first + quads * 8;
	int32_t a = 0, ba = 0, c = 0, dc = 0;

	do {
		int32_t x0 = pulse_nn_word(tile), x1 = pulse_nn_word(tile + 2);
		int32_t v0 = pulse_nn_word(first), v1 = pulse_nn_word(first + 4), w0, w1;

		a = __smlad(__sxtb16(v0), x0, a);
		ba = __smlad(v0, x0, ba);
		a = __smlad(__sxtb16(v1), x1, a);
		ba = __smlad(v1, x1, ba);
		w0 = pulse_nn_word(second);
		w1 = pulse_nn_word(second + 4);
		c = __smlad(__sxtb16(w0), x0, c);
		dc = __smlad(w0, x0, dc);
		c = __smlad(__sxtb16(w1), x1, c);
		dc = __smlad(w1, x1, dc);
		tile += 4;
		first += 8;
		second += 8;
	} while (first != end);
	return (struct sums){{a, c}, {ba, dc}};
}

void pulse_nn_multiply_1(const struct pulse_nn_walk *walk, const int16_t *tile,
			 const int8_t *weights, const struct pulse_nn_channel *channels,
			 int8_t *out)
{
	uint32_t left = walk->out_group, pair = walk->quads * 8;

	while (left > 0) {
		/* A last single pair is computed as both. */
		struct sums sums =
			multiply(tile, weights, weights + (left > 2 ? pair : 0), walk->quads);

		for (uint32_t i = 0; i < 2 && left > 0; i++, channels += 2) {
			int32_t b = (int32_t)((uint32_t)sums.ba[i] - (uint32_t)sums.a[i]) >> 8;

			*out++ = pulse_nn_requantise(walk->conv, channels[0].bias + sums.a[i],
						     &channels[0]);
			if (--left > 0) {
				*out++ = pulse_nn_requantise(walk->conv, channels[1].bias + b,
							     &channels[1]);
				left--;
			}
		}
		weights += 2 * pair;
	}
}

#endif
