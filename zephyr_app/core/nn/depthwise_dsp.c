/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Depthwise convolution on SMLAD, four channels and up to PULSE_NN_STRIP positions of a row at a
 * time. Taps are widened channel by channel, two neighbours a word, less the input's zero point, so
 * that taps outside are 0. One word then serves two outputs: the even one by the weights
 * (w0, w1) (w2, w3) ..., its right neighbour by (0, w0) (w1, w2) ...
 */
#include "depthwise.h"
#include "dsp.h"
#include "fixed_point.h"

#if PULSE_NN_DSP

#define CHANNELS 4
#define NOINLINE __attribute__((noinline)) /* each with all registers */

/** Scratch of one strip, in words: weights of a channel, then its taps; channel after channel. */
struct layout {
	uint32_t words; /* of weights in a row of the kernel, for one of two outputs */
	uint32_t pitch; /* words of taps in a row */
	uint32_t channel;
};

static inline int32_t lower_halves(int32_t low, int32_t high)
{
	int32_t both;

	__asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(both) : "r"(low), "r"(high));
	return both;
}

static inline int32_t upper_halves(int32_t low, int32_t high)
{
	int32_t both;

	__asm__("pkhtb %0, %1, %2, asr #16" : "=r"(both) : "r"(high), "r"(low));
	return both;
}

/** Four channels as halfwords: 0 and 2, 1 and 3. */
struct wide {
	int32_t even, odd;
};

/** Four channels of two neighbours to a word for each channel. */
static inline void spread(struct wide x, struct wide y, int32_t *to, uint32_t channel)
{
	to[0] = lower_halves(x.even, y.even);
	to[channel] = lower_halves(x.odd, y.odd);
	to[2 * channel] = upper_halves(x.even, y.even);
	to[3 * channel] = upper_halves(x.odd, y.odd);
}

static inline struct wide tap(int32_t four, int32_t minus_zero)
{
	return (struct wide){__sxtab16(minus_zero, four),
			     __sxtab16(minus_zero, pulse_nn_rotate(four, 8))};
}

/** Twice the weights, as SMMULR takes twice the sum. */
static inline struct wide weight(int32_t four)
{
	int32_t odd = pulse_nn_rotate(four, 8);

	return (struct wide){__sxtab16(__sxtb16(four), four), __sxtab16(__sxtb16(odd), odd)};
}

/** A row of the kernel: weights (-1, 0), (0, 1), (1, 2) ..., 0 where there is none. */
static NOINLINE void spread_weights(const struct pulse_nn_conv *conv, const int8_t *from,
				    const struct layout *layout, int32_t *to)
{
	struct wide before = {0, 0};
	uint32_t channel = layout->channel, step = conv->out_c;

	for (uint32_t j = conv->kernel_w; j > 0; j--, from += step) {
		struct wide now = weight(pulse_nn_load(from));

		spread(before, now, to++, channel);
		before = now;
	}
	for (uint32_t j = conv->kernel_w; j < 2 * layout->words; j++) {
		spread(before, (struct wide){0, 0}, to++, channel);
		before = (struct wide){0, 0};
	}
}

/** A row of taps from column `left` on; `from` is column 0 of `width`, 0 outside. */
static NOINLINE void spread_taps(const struct pulse_nn_conv *conv, const int8_t *from, int32_t left,
				 int32_t width, const struct layout *layout, int32_t *to)
{
	uint32_t zero = (uint32_t)(int32_t)conv->in_zero;
	int32_t minus_zero = (int32_t)((0u - zero) << 16 | ((0u - zero) & 0xffffu));
	int32_t zeros = (int32_t)((zero & 0xffu) * 0x01010101u);
	int32_t step = conv->in_c, right = left + 2 * (int32_t)layout->pitch;
	uint32_t channel = layout->channel;

	while (left != right) {
		int32_t inside = (width < right ? width : right) - left;
		const int8_t *at = from + (left > 0 ? left * step : 0);

		if (left < 0 || inside < 2) { /* one of the two, or none */
			int32_t x = left >= 0 && inside > 0 ? pulse_nn_load(at) : zeros;
			int32_t y = left == -1 && inside > 1 ? pulse_nn_load(from) : zeros;

			spread(tap(x, minus_zero), tap(y, minus_zero), to++, channel);
			left += 2;
			continue;
		}
		for (inside /= 2, left += 2 * inside; inside > 0; inside--) {
			int32_t x = pulse_nn_load(at), y = pulse_nn_load(at + step);

			spread(tap(x, minus_zero), tap(y, minus_zero), to++, channel);
			at += 2 * step;
		}
	}
}

/** Constants of one channel. */
struct narrowing {
	int32_t multiplier, round;
	uint32_t exponent; /* less 1 */
};

/** From twice the sum. */
static inline int8_t narrow(int32_t twice, const struct narrowing *to)
{
	int32_t x;

	__asm__("smmulr %0, %1, %2" : "=r"(x) : "r"(twice), "r"(to->multiplier));
	return (int8_t)__ssat((x + (x >> 31) + to->round) >> to->exponent >> 1, 8);
}

/** Twice the sums of four outputs. */
struct four {
	int32_t a, b, c, d;
};

/** One word of weights: the outputs begin at x0, x0's second half, x1 ... */
static inline __attribute__((always_inline)) void
accumulate(struct four *sums, const int32_t *weights, int32_t x0, int32_t x1)
{
	int32_t odd = weights[0], even = weights[1];

	sums->a = __smlad(x0, even, sums->a);
	sums->b = __smlad(x0, odd, sums->b);
	sums->c = __smlad(x1, even, sums->c);
	sums->d = __smlad(x1, odd, sums->d);
}

/** A row of 2 or 3 words (3 to 5 taps) without a loop, or of any number. */
static inline __attribute__((always_inline)) void row_of(struct four *sums, const int32_t *weights,
							 const int32_t *x, uint32_t words)
{
	int32_t x0 = x[0], x1 = x[1], x2;

	accumulate(sums, weights, x0, x1);
	if (words == 2 || words == 3) {
		x2 = x[2];
		accumulate(sums, weights + 2, x1, x2);
		if (words == 3) {
			accumulate(sums, weights + 4, x2, x[3]);
		}
		return;
	}
	for (uint32_t j = 1; j < words; j++, x1 = x2) {
		x2 = x[j + 1];
		accumulate(sums, weights + 2 * j, x1, x2);
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

/** One channel's outputs of a strip, four at a time. */
static inline __attribute__((always_inline)) void
outputs(const struct pulse_nn_conv *conv, const struct pulse_nn_channel *channel, uint32_t pitch,
	uint32_t rows, uint32_t words, uint32_t stride, const int32_t *weights, uint32_t count,
	int8_t *out)
{
	const int32_t *taps = weights + 2 * words * rows;
	struct narrowing to = {channel->multiplier, channel->round,
			       (uint32_t)__builtin_ctz((uint32_t)channel->round)};
	uint32_t step = conv->out_c;
	int32_t bias = channel->bias * 2;

	for (;; taps += 2 * stride, count -= PULSE_NN_TILE) {
		struct four sums = {bias, bias, bias, bias};
		const int32_t *x = taps, *w = weights;

		for (uint32_t i = rows; i > 0; i--, x += pitch, w += 2 * words) {
			if (stride == 2) {
				row_of_two(&sums, w, x, words);
			} else {
				row_of(&sums, w, x, words);
			}
		}
		if (count < PULSE_NN_TILE) {
			int32_t last[] = {sums.a, sums.b, sums.c};

			for (uint32_t i = 0; i < count; i++, out += step) {
				*out = narrow(last[i], &to);
			}
			return;
		}
		*out = narrow(sums.a, &to);
		out += step;
		*out = narrow(sums.b, &to);
		out += step;
		*out = narrow(sums.c, &to);
		out += step;
		*out = narrow(sums.d, &to);
		out += step;
		if (count == PULSE_NN_TILE) {
			return;
		}
	}
}

#define OUTPUTS(name, rows, words, stride)                                                         \
	static NOINLINE void name(                                                                 \
		const struct pulse_nn_conv *conv, const struct pulse_nn_channel *channel,          \
		const struct layout *layout, const int32_t *weights, uint32_t count, int8_t *out)  \
	{                                                                                          \
		outputs(conv, channel, layout->pitch, rows, words, stride, weights, count, out);   \
	}

OUTPUTS(outputs_1x3, 1, 2, 1)
OUTPUTS(outputs_1x5, 1, 3, 1)
OUTPUTS(outputs_3x3, 3, 2, 1)
OUTPUTS(outputs_any, conv->kernel_h, layout->words, 1)
OUTPUTS(outputs_of_two, conv->kernel_h, layout->words, 2)

typedef void (*compute_t)(const struct pulse_nn_conv *, const struct pulse_nn_channel *,
			  const struct layout *, const int32_t *, uint32_t, int8_t *);

/** Kernels of 2 and 3, or 4 and 5 taps in a row have as many words. */
static compute_t outputs_for(const struct pulse_nn_conv *conv, uint32_t words)
{
	if (conv->stride_w == 2) {
		return outputs_of_two;
	}
	if (conv->kernel_h == 1 && words == 2) {
		return outputs_1x3;
	}
	if (conv->kernel_h == 1 && words == 3) {
		return outputs_1x5;
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

/** Four channels of `count` positions that begin at row `top` and column `left` of the input. */
static void strip(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t channel, int32_t top,
		  int32_t left, uint32_t count, int8_t *out, int32_t *scratch)
{
	struct layout layout = {.words = conv->kernel_w / 2u + 1};
	const int8_t *weights = conv->weights + channel;
	compute_t compute = outputs_for(conv, layout.words);
	int32_t *taps;

	layout.pitch = (count + 3) / 4 * 2 * conv->stride_w + layout.words - 1;
	layout.channel = conv->kernel_h * (2 * layout.words + layout.pitch);
	taps = scratch + 2 * layout.words * conv->kernel_h;
	for (uint32_t i = 0; i < conv->kernel_h; i++, top += conv->dilation_h) {
		bool inside = top >= 0 && top < conv->in_h;
		const int8_t *row = in + channel + (inside ? top * conv->in_w * conv->in_c : 0);

		spread_weights(conv, weights, &layout, scratch + 2 * layout.words * i);
		weights += conv->kernel_w * conv->out_c;
		spread_taps(conv, row, left, inside ? conv->in_w : 0, &layout,
			    taps + layout.pitch * i);
	}
	for (uint32_t i = 0; i < CHANNELS; i++, scratch += layout.channel) {
		const struct pulse_nn_channel *c = &conv->channels[channel + i];

		compute(conv, c, &layout, scratch, count, out + i);
	}
	if (conv->low > INT8_MIN || conv->high < INT8_MAX) {
		clamp(conv, count, out);
	}
}

bool pulse_nn_depthwise_strips(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out,
			       int16_t *scratch)
{
	if (conv->strip == 0 || conv->wide) {
		return false;
	}
	for (uint32_t y = 0; y < conv->out_h; y++) {
		int32_t top = (int32_t)(y * conv->stride_h) - conv->pad_h;

		for (uint32_t x = 0; x < conv->out_w; x += conv->strip) {
			uint32_t count = conv->out_w - x;

			count = count < conv->strip ? count : conv->strip;
			int32_t left = (int32_t)(x * conv->stride_w) - conv->pad_w;

			for (uint32_t channel = 0; channel < conv->out_c; channel += CHANNELS) {
				strip(conv, in, channel, top, left, count, out + channel,
				      (int32_t *)(void *)scratch);
			}
			out += count * conv->out_c;
		}
	}
	return true;
}

#endif
