/* SPDX-License-Identifier: Apache-2.0 */
#include "dsp.h"
#include "fixed_point.h"

/** Bits of headroom that TFLite gives both operands of a sum. */
#define HEADROOM 20

static int8_t sum(const struct pulse_nn_elementwise *add, int8_t a, int8_t b)
{
	int32_t x = pulse_nn_scaled((a - add->zero_a) * (1 << HEADROOM), add->a);
	int32_t y = pulse_nn_scaled((b - add->zero_b) * (1 << HEADROOM), add->b);

	return (int8_t)pulse_nn_clamp(pulse_nn_scaled(x + y, add->out) + add->zero_out, add->low,
				      add->high);
}

#if PULSE_NN_DSP

/** One half, the scale of the operand with the larger step: it only shifts. */
static bool halves(struct pulse_nn_scale scale)
{
	return scale.multiplier == 1 << 30 && scale.shift == 0;
}

/** The second rounding of a result, see struct pulse_nn_channel. */
struct narrowing {
	int32_t multiplier, round;
	uint32_t exponent; /* less 1 */
};

static inline int8_t narrow(int32_t sum, const struct narrowing *to, bool rectified)
{
	int32_t x = pulse_nn_high_mul_30(sum, to->multiplier);

	if (!rectified) {
		x += x >> 31;
	}
	return (int8_t)__ssat((x + to->round) >> to->exponent >> 1, 8);
}

/**
 * Elements of two operands of which `a` has the scale 1/2. Needs a result scaled by 2^-1 to 2^-23;
 * clamps to int8 only. Rectified: the zero points of `b` and of the result are the lowest value. A
 * negative product of `b` does not come then, and a negative result is clamped, so neither rounding
 * needs its correction for negative values.
 */
static inline __attribute__((always_inline)) void
sums(const int8_t *a, int32_t zero_a, const int8_t *b, int32_t zero_b, struct pulse_nn_scale scale,
     struct narrowing to, int8_t *out, uint32_t size, bool rectified)
{
	const int8_t *end = a + size;
	int32_t zeros = (zero_a + zero_b) * (1 << (HEADROOM - 1));
	uint32_t exponent = (uint32_t)-scale.shift;
	int32_t half = (int32_t)((1u << exponent) >> 1);

	if (halves(scale)) {
		while (a != end) {
			*out++ = narrow((*a++ + *b++) * (1 << (HEADROOM - 1)) - zeros, &to,
					rectified);
		}
		return;
	}
	zeros = zero_a * (1 << (HEADROOM - 1));
	zero_b *= 1 << HEADROOM;
	while (a != end) {
		int32_t y = pulse_nn_high_mul_30(*b++ * (1 << HEADROOM) - zero_b, scale.multiplier);

		if (!rectified) {
			y += y >> 31;
		}
		y = (y + half) >> exponent;
		*out++ = narrow(*a++ * (1 << (HEADROOM - 1)) - zeros + y, &to, rectified);
	}
}

/** `sums` for both cases; each is a loop of its own. */
static void add_halves(const int8_t *a, int32_t zero_a, const int8_t *b, int32_t zero_b,
		       struct pulse_nn_scale scale, struct narrowing to, int8_t *out, uint32_t size,
		       bool rectified)
{
	if (rectified) {
		sums(a, zero_a, b, zero_b, scale, to, out, size, true);
	} else {
		sums(a, zero_a, b, zero_b, scale, to, out, size, false);
	}
}

/** The common case: no operand repeats; returns whether it was that. */
static bool add_fast(const struct pulse_nn_elementwise *add, const int8_t *a, const int8_t *b,
		     int8_t *out)
{
	uint32_t exponent = (uint32_t)(-add->out.shift - 1);
	struct narrowing to = {add->out.multiplier, 0, exponent};
	bool low = add->zero_out == INT8_MIN;

	if (add->period != add->size || exponent > 22 || add->low > INT8_MIN ||
	    add->high < INT8_MAX) {
		return false;
	}
	to.round = (2 * add->zero_out + 1) * (1 << exponent);
	if (halves(add->a) && add->b.shift > -31) {
		add_halves(a, add->zero_a, b, add->zero_b, add->b, to, out, add->size,
			   low && add->zero_b == INT8_MIN);
	} else if (halves(add->b) && add->a.shift > -31) {
		add_halves(b, add->zero_b, a, add->zero_a, add->a, to, out, add->size,
			   low && add->zero_a == INT8_MIN);
	} else {
		return false;
	}
	return true;
}

#endif

void pulse_nn_add(const struct pulse_nn_elementwise *add, const int8_t *a, const int8_t *b,
		  int8_t *out)
{
#if PULSE_NN_DSP
	if (add_fast(add, a, b, out)) {
		return;
	}
#endif
	for (uint32_t i = 0, j = 0; i < add->size; i++, j = j + 1 == add->period ? 0 : j + 1) {
		out[i] = sum(add, a[i], b[j]);
	}
}
