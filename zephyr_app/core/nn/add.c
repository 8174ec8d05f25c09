/* SPDX-License-Identifier: Apache-2.0 */
#include "dsp.h"
#include "fixed_point.h"

/** Bits of headroom that TFLite gives both operands of a sum. */
#define HEADROOM 20

/** A scale of 1 or less for sums below 2^30, ready for many uses. */
struct factor {
	int32_t multiplier, half, sign; /* sign: -1, or 0 if there is no second rounding */
	uint32_t exponent;
};

static struct factor factor(struct pulse_nn_scale scale)
{
	uint32_t exponent = (uint32_t)-scale.shift;

	return (struct factor){scale.multiplier, (int32_t)((1u << exponent) >> 1),
			       exponent > 0 ? -1 : 0, exponent};
}

/** pulse_nn_scaled without a left shift, |x| < 2^30. */
static inline int32_t scaled(int32_t x, const struct factor *factor)
{
	x = pulse_nn_high_mul_30(x, factor->multiplier);
	return (x + ((x >> 31) & factor->sign) + factor->half) >> factor->exponent;
}

/** Any scale of the result. */
static void add_any(const struct pulse_nn_elementwise *add, const int8_t *a, const int8_t *b,
		    int8_t *out)
{
	for (uint32_t i = 0, j = 0; i < add->size; i++, j = j + 1 == add->period ? 0 : j + 1) {
		int32_t x = pulse_nn_scaled((a[i] - add->zero_a) * (1 << HEADROOM), add->a);
		int32_t y = pulse_nn_scaled((b[j] - add->zero_b) * (1 << HEADROOM), add->b);

		out[i] = (int8_t)pulse_nn_clamp(pulse_nn_scaled(x + y, add->out) + add->zero_out,
						add->low, add->high);
	}
}

void pulse_nn_add(const struct pulse_nn_elementwise *add, const int8_t *a, const int8_t *b,
		  int8_t *out)
{
	/* Operands have scales of 1/2 or less, by TFLite's choice. */
	struct factor first = factor(add->a), second = factor(add->b), result = factor(add->out);
	int32_t zero_a = add->zero_a, zero_b = add->zero_b, zero = add->zero_out;
	int32_t low = add->low, high = add->high;
	uint32_t period = add->period;

	if (add->out.shift > 0 || add->out.shift < -30 || add->a.shift < -30 ||
	    add->b.shift < -30) {
		add_any(add, a, b, out);
		return;
	}
	for (uint32_t left = add->size; left > 0; left -= period) {
		for (uint32_t j = 0; j < period; j++) {
			int32_t x = scaled((*a++ - zero_a) * (1 << HEADROOM), &first);
			int32_t y = scaled((b[j] - zero_b) * (1 << HEADROOM), &second);

			*out++ = (int8_t)pulse_nn_clamp(scaled(x + y, &result) + zero, low, high);
		}
	}
}
