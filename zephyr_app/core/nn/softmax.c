/* SPDX-License-Identifier: Apache-2.0 */
/* gemmlowp's exp and reciprocal in fixed point; Qm.n has m integer and n fraction bits. */
#include "fixed_point.h"

#define ONE INT32_MAX /* 1.0 in Q0.31 */

/** exp(a) for a in [-1/4, 0), Q0.31: a polynomial about -1/8. */
static int32_t exp_small(int32_t a)
{
	int32_t x = a + (1 << 28);
	int32_t x2 = pulse_nn_high_mul(x, x);
	int32_t x3 = pulse_nn_high_mul(x2, x);
	int32_t x4 = pulse_nn_high_mul(x2, x2);
	int32_t third = pulse_nn_high_mul(pulse_nn_divide_by_pot(x4, 2) + x3, 715827883);

	return 1895147668 +
	       pulse_nn_high_mul(1895147668, x + pulse_nn_divide_by_pot(third + x2, 1));
}

/** exp(a) for a <= 0 in Q5.26, as Q0.31. */
static int32_t exp_negative(int32_t a)
{
	static const int32_t power[] = {/* exp(-2^k), k = -2 .. 4 */
					1672461947, 1302514674, 790015084, 290630308,
					39332535,   720401,     242};
	const int32_t quarter = 1 << 24;
	int32_t part = (a & (quarter - 1)) - quarter;
	int32_t rest = part - a;
	int32_t result = exp_small(part * (1 << 5));

	for (int k = 0; k < 7; k++) {
		if (rest & (1 << (24 + k))) {
			result = pulse_nn_high_mul(result, power[k]);
		}
	}
	return a == 0 ? ONE : result;
}

static int32_t shift_left_saturated(int32_t x, int bits)
{
	int64_t wide = (int64_t)x * (1 << bits);

	return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/** 1 / (1 + a) for a in [0, 1), Q0.31: three Newton steps. */
static int32_t reciprocal(int32_t a)
{
	int32_t half = (int32_t)(((int64_t)a + ONE + 1) / 2);
	int32_t x = 1515870810 + pulse_nn_high_mul(half, -1010580540);

	for (int i = 0; i < 3; i++) {
		int32_t error = (1 << 29) - pulse_nn_high_mul(half, x);

		x += shift_left_saturated(pulse_nn_high_mul(x, error), 2);
	}
	return shift_left_saturated(x, 1);
}

/** exp of an element less the row's largest, Q0.31. */
static int32_t term(const struct pulse_nn_softmax *softmax, int32_t difference)
{
	if (difference < softmax->smallest) {
		return 0;
	}
	return exp_negative(pulse_nn_high_mul(difference * (1 << softmax->scale.shift),
					      softmax->scale.multiplier));
}

void pulse_nn_softmax(const struct pulse_nn_softmax *softmax, const int8_t *in, int8_t *out)
{
	uint32_t depth = softmax->depth;

	for (uint32_t row = 0; row < softmax->rows; row++, in += depth, out += depth) {
		int32_t peak = INT8_MIN, sum = 0, scale;
		int headroom;

		for (uint32_t i = 0; i < depth; i++) {
			peak = in[i] > peak ? in[i] : peak;
		}
		for (uint32_t i = 0; i < depth; i++) {
			sum += pulse_nn_divide_by_pot(term(softmax, in[i] - peak), 12);
		}
		headroom = __builtin_clz((uint32_t)sum);
		scale = reciprocal((int32_t)(((uint32_t)sum << headroom) - (1u << 31)));
		for (uint32_t i = 0; i < depth; i++) {
			int32_t x = pulse_nn_high_mul(scale, term(softmax, in[i] - peak));

			x = pulse_nn_divide_by_pot(x, 12 - headroom + 31 - 8) + INT8_MIN;
			out[i] = (int8_t)pulse_nn_clamp(x, INT8_MIN, INT8_MAX);
		}
	}
}
