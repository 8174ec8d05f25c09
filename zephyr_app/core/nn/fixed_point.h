/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gemmlowp's fixed point, as TFLite's int8 kernels use it: two roundings, the first half up, the
 * second half away from zero. Right shifts of negative numbers are arithmetic in every compiler
 * that this is built with.
 */
#ifndef PULSE_NN_FIXED_POINT_H_
#define PULSE_NN_FIXED_POINT_H_

#include "dsp.h"
#include "pulse/nn.h"

static inline int32_t pulse_nn_clamp(int32_t x, int32_t low, int32_t high)
{
	return x < low ? low : x > high ? high : x;
}

/** (a * b + 2^30) >> 31; a and b are never both INT32_MIN. */
static inline int32_t pulse_nn_high_mul(int32_t a, int32_t b)
{
	return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/** pulse_nn_high_mul for |a| < 2^30. */
static inline int32_t pulse_nn_high_mul_30(int32_t a, int32_t b)
{
#if PULSE_NN_DSP
	int32_t product;

	__asm__("smmulr %0, %1, %2" : "=r"(product) : "r"(a * 2), "r"(b));
	return product;
#else
	return pulse_nn_high_mul(a, b);
#endif
}

/** x / 2^exponent, half away from zero; exponent 0..31. */
static inline int32_t pulse_nn_divide_by_pot(int32_t x, int exponent)
{
	int32_t mask = (int32_t)((1u << exponent) - 1u);
	int32_t remainder = x & mask;

	return (x >> exponent) + (remainder > (mask >> 1) + (x < 0));
}

/** x * scale with both roundings; the left shift wraps. */
static inline int32_t pulse_nn_scaled(int32_t x, struct pulse_nn_scale scale)
{
	int left = scale.shift > 0 ? scale.shift : 0;
	int right = scale.shift > 0 ? 0 : -scale.shift;

	return pulse_nn_divide_by_pot(
		pulse_nn_high_mul((int32_t)((uint32_t)x << left), scale.multiplier), right);
}

/** Accumulator of a convolution (bias included) to its clamped output. */
static inline int8_t pulse_nn_requantise(const struct pulse_nn_conv *conv, int32_t acc,
					 const struct pulse_nn_channel *channel)
{
	int32_t x;

	if (conv->wide) {
		struct pulse_nn_scale scale = {channel->multiplier, channel->round};

		x = pulse_nn_scaled(acc, scale) + conv->out_zero;
	} else {
		x = pulse_nn_high_mul_30(acc, channel->multiplier);
		/* x >> 31 turns half up into half away from zero. */
		x = (x + (x >> 31) + channel->round) >> __builtin_ctz((uint32_t)channel->round);
		x >>= 1;
	}
	return (int8_t)pulse_nn_clamp(x, conv->low, conv->high);
}

#endif /* PULSE_NN_FIXED_POINT_H_ */
