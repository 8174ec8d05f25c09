/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Depthwise convolution on SMLAD, four channels of conv->strip positions at a time: part of a row,
 * or whole rows, which share weights and taps. depthwise_spread_dsp.c prepares both; here four
 * outputs of a channel are computed together.
 */
#include "depthwise.h"
#include "depthwise_strip.h"
#include "dsp.h"
#include "fixed_point.h"

#if PULSE_NN_DSP

#define CHANNELS 4
#define NOINLINE __attribute__((noinline)) /* each with all registers */

/** Constants of one channel. */
struct narrowing {
	int32_t multiplier, round, exponent;
};

/**
 * From twice the sum, as pulse_nn_requantise. The second rounding, half away from zero, takes 1 off
 * what is below zero. Here it takes 1 off where the sum is: if the product then is 0, that is less
 * than the half that is added, and changes nothing.
 */
static inline int8_t narrow(int32_t twice, const struct narrowing *to)
{
	int32_t x;

	__asm__("smmlar %0, %1, %2, %3"
		: "=r"(x)
		: "r"(twice), "r"(to->multiplier), "r"(to->round + (twice >> 31)));
	return (int8_t)__ssat(x >> to->exponent, 8);
}

/** Twice the sums of four outputs. */
struct four {
	int32_t a, b, c, d;
};

/** Words `at` and the one after it: an instruction that compilers do not always find. */
#define PAIR(first, second, weights, at)                                                           \
	__asm__("ldrd %0, %1, [%2, %3]"                                                            \
		: "=&r"(first), "=r"(second)                                                       \
		: "r"(weights), "n"(4 * (at)),                                                     \
		  "m"(*(const int32_t(*)[2])(const void *)((weights) + (at))))

/** One word of weights: the outputs begin at x0, x0's second half, x1 ... */
static inline __attribute__((always_inline)) void accumulate(struct four *sums, int32_t odd,
							     int32_t even, int32_t x0, int32_t x1)
{
	sums->a = __smlad(x0, even, sums->a);
	sums->b = __smlad(x0, odd, sums->b);
	sums->c = __smlad(x1, even, sums->c);
	sums->d = __smlad(x1, odd, sums->d);
}

/** A row of taps; without a loop where the compiler knows its words. */
static inline __attribute__((always_inline)) void row_of(struct four *sums, const int32_t *weights,
							 const int32_t *x, uint32_t words)
{
	int32_t x0 = x[0], x1 = x[1], x2, odd, even;

	PAIR(odd, even, weights, 0);
	accumulate(sums, odd, even, x0, x1);
	if (__builtin_constant_p(words)) {
		x2 = x[2];
		PAIR(odd, even, weights, 2);
		accumulate(sums, odd, even, x1, x2);
		if (words > 2) {
			x1 = x[3];
			PAIR(odd, even, weights, 4);
			accumulate(sums, odd, even, x2, x1);
		}
		if (words > 3) {
			x2 = x[4];
			PAIR(odd, even, weights, 6);
			accumulate(sums, odd, even, x1, x2);
			x1 = x[5];
			PAIR(odd, even, weights, 8);
			accumulate(sums, odd, even, x2, x1);
		}
		return;
	}
	for (uint32_t j = 1; j < words; j++, x1 = x2) {
		weights += 2;
		x2 = x[j + 1];
		PAIR(odd, even, weights, 0);
		accumulate(sums, odd, even, x1, x2);
	}
}

/** Steps of two: the outputs begin at x0, x1, x2, x3; only the even weights count. */
static inline __attribute__((always_inline)) void
row_of_two(struct four *sums, const int32_t *weights, const int32_t *x, uint32_t words)
{
	int32_t x0 = x[0], x1 = x[1], x2 = x[2];

	for (uint32_t j = 0; j < words; j++) {
		int32_t even = weights[2 * j + 1], x3 = x[j + 3];

		sums->a = __smlad(x0, even, sums->a);
		sums->b = __smlad(x1, even, sums->b);
		sums->c = __smlad(x2, even, sums->c);
		sums->d = __smlad(x3, even, sums->d);
		x0 = x1;
		x1 = x2;
		x2 = x3;
	}
}

/** One output of an even position, which begins at x. */
static inline __attribute__((always_inline)) int32_t single(int32_t sum, const int32_t *weights,
							    const int32_t *x, uint32_t pitch,
							    uint32_t rows, uint32_t words)
{
	for (; rows > 0; rows--, x += pitch) {
		for (uint32_t j = 0; j < words; j++, weights += 2) {
			sum = __smlad(x[j], weights[1], sum);
		}
	}
	return sum;
}

/** Four outputs that begin at x. */
static inline __attribute__((always_inline)) struct four tile(const int32_t *weights,
							      const int32_t *x, int32_t bias,
							      uint32_t pitch, uint32_t rows,
							      uint32_t words, uint32_t stride)
{
	struct four sums = {bias, bias, bias, bias};

	for (; rows > 0; rows--, x += pitch, weights += 2 * words) {
		if (stride == 2) {
			row_of_two(&sums, weights, x, words);
		} else {
			row_of(&sums, weights, x, words);
		}
	}
	return sums;
}

/** One channel's outputs of a row, four at a time. */
static inline __attribute__((always_inline)) void
row_outputs(const int32_t *weights, const int32_t *taps, int32_t bias, const struct narrowing *to,
	    uint32_t step, uint32_t pitch, uint32_t rows, uint32_t words, uint32_t stride,
	    uint32_t count, int8_t *out)
{
	const int32_t *end = taps + count / PULSE_NN_TILE * 2 * stride;
	struct four sums;

	for (; taps != end; taps += 2 * stride, out += 4 * step) {
		sums = tile(weights, taps, bias, pitch, rows, words, stride);
		out[0] = narrow(sums.a, to);
		out[step] = narrow(sums.b, to);
		out[2 * step] = narrow(sums.c, to);
		out[3 * step] = narrow(sums.d, to);
	}
	count %= PULSE_NN_TILE;
	if (count == 1) {
		out[0] = narrow(single(bias, weights, taps, pitch, rows, words), to);
	} else if (count > 0) {
		sums = tile(weights, taps, bias, pitch, rows, words, stride);
		out[0] = narrow(sums.a, to);
		out[step] = narrow(sums.b, to);
		if (count == 3) {
			out[2 * step] = narrow(sums.c, to);
		}
	}
}

/** Outputs of four channels, channel by channel, row by row. */
static inline __attribute__((always_inline)) void
outputs(const struct pulse_nn_conv *conv, const struct pulse_nn_channel *channel,
	const struct pulse_nn_strip *strip, uint32_t rows, uint32_t words, uint32_t stride,
	const int32_t *weights, int8_t *out)
{
	uint32_t step = conv->out_c;
	int8_t *end = out + CHANNELS;

	for (; out != end; out++, channel++, weights += strip->channel) {
		const int32_t *taps = weights + 2 * words * rows;
		struct narrowing to = {channel->multiplier, channel->round,
				       __builtin_ctz((uint32_t)channel->round) + 1};
		int8_t *row = out;

		for (uint32_t y = strip->rows; y > 0; y--, taps += strip->step) {
			row_outputs(weights, taps, channel->bias * 2, &to, step, strip->pitch, rows,
				    words, stride, strip->count, row);
			row += conv->out_w * step;
		}
	}
}

#define OUTPUTS(name, rows, words, stride)                                                         \
	static NOINLINE void name(                                                                 \
		const struct pulse_nn_conv *conv, const struct pulse_nn_channel *channel,          \
		const struct pulse_nn_strip *strip, const int32_t *weights, int8_t *out)           \
	{                                                                                          \
		outputs(conv, channel, strip, rows, words, stride, weights, out);                  \
	}

OUTPUTS(outputs_1x3, 1, 2, 1)
OUTPUTS(outputs_1x5, 1, 3, 1)
OUTPUTS(outputs_1x9, 1, 5, 1)
OUTPUTS(outputs_3x3, 3, 2, 1)
OUTPUTS(outputs_any, conv->kernel_h, strip->words, 1)
OUTPUTS(outputs_of_two, conv->kernel_h, strip->words, 2)

typedef void (*compute_t)(const struct pulse_nn_conv *, const struct pulse_nn_channel *,
			  const struct pulse_nn_strip *, const int32_t *, int8_t *);

/** Kernels of 2 and 3, 4 and 5, 8 and 9 taps in a row have as many words. */
static compute_t outputs_for(const struct pulse_nn_conv *conv, uint32_t words)
{
	static const compute_t one_row[] = {outputs_1x3, outputs_1x5, outputs_any, outputs_1x9};

	if (conv->stride_w == 2) {
		return outputs_of_two;
	}
	if (conv->kernel_h == 1 && words >= 2 && words <= 5) {
		return one_row[words - 2];
	}
	return conv->kernel_h == 3 && words == 2 ? outputs_3x3 : outputs_any;
}

/** Four channels of `count` positions at once: SEL takes the first where SSUB8 found it not below.
 */
static NOINLINE void clamp(const struct pulse_nn_conv *conv, uint32_t count, int8_t *out)
{
	int32_t low = (int32_t)((uint8_t)conv->low * 0x01010101u);
	int32_t high = (int32_t)((uint8_t)conv->high * 0x01010101u);

	for (; count > 0; count--, out += conv->out_c) {
		int32_t four = pulse_nn_load(out);

		__ssub8(four, low);
		four = (int32_t)__sel((uint32_t)four, (uint32_t)low);
		__ssub8(high, four);
		four = (int32_t)__sel((uint32_t)four, (uint32_t)high);
		pulse_nn_store(out, four);
	}
}

/** Four channels of `rows` by `count` positions that begin at row `top`, column `left` of the
 * input.
 */
static void compute_strip(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t channel,
			  int32_t top, int32_t left, uint32_t rows, uint32_t count, int8_t *out,
			  int32_t *scratch)
{
	struct pulse_nn_strip strip = {
		.words = conv->kernel_w / 2u + 1, .rows = rows, .count = count};
	uint32_t tap_rows = (rows - 1) * conv->stride_h + conv->kernel_h; /* several: dilation 1 */
	const int8_t *weights = conv->weights + channel;
	compute_t compute = outputs_for(conv, strip.words);
	int32_t *taps;

	strip.pitch = (count + 2) / 4 * 2 * conv->stride_w + strip.words - (count % 4 != 1);
	strip.step = strip.pitch * conv->stride_h;
	strip.channel = conv->kernel_h * 2 * strip.words + tap_rows * strip.pitch;
	for (uint32_t i = 0; i < conv->kernel_h; i++, weights += conv->kernel_w * conv->out_c) {
		pulse_nn_spread_weights(conv, weights, &strip, scratch + 2 * strip.words * i);
	}
	taps = scratch + 2 * strip.words * conv->kernel_h;
	for (uint32_t i = 0; i < tap_rows; i++, top += conv->dilation_h, taps += strip.pitch) {
		bool inside = top >= 0 && top < conv->in_h;
		const int8_t *row = in + channel + (inside ? top * conv->in_w * conv->in_c : 0);

		pulse_nn_spread_taps(conv, row, left, inside ? conv->in_w : 0, &strip, taps);
	}
	compute(conv, &conv->channels[channel], &strip, scratch, out);
	if (conv->low > INT8_MIN || conv->high < INT8_MAX) {
		for (uint32_t i = 0; i < rows; i++, out += conv->out_w * conv->out_c) {
			clamp(conv, count, out);
		}
	}
}

bool pulse_nn_depthwise_strips(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out,
			       int16_t *scratch)
{
	uint32_t rows, width;

	if (conv->strip == 0 || conv->wide) {
		return false;
	}
	width = conv->strip < conv->out_w ? conv->strip : conv->out_w;
	for (uint32_t y = 0; y < conv->out_h; y += rows) {
		int32_t top = (int32_t)(y * conv->stride_h) - conv->pad_h;

		rows = conv->strip / width;
		rows = rows < conv->out_h - y ? rows : conv->out_h - y;
		for (uint32_t x = 0; x < conv->out_w; x += width) {
			uint32_t count = conv->out_w - x < width ? conv->out_w - x : width;
			int32_t left = (int32_t)(x * conv->stride_w) - conv->pad_w;

			for (uint32_t channel = 0; channel < conv->out_c; channel += CHANNELS) {
				compute_strip(conv, in, channel, top, left, rows, count,
					      out + (y * conv->out_w + x) * conv->out_c + channel,
					      (int32_t *)(void *)scratch);
			}
		}
	}
	return true;
}

#endif
