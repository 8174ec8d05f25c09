/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights and taps of a depthwise strip as words of two neighbours, channel by channel. Taps are
 * widened less the input's zero point, so that taps outside are 0. One word serves two outputs: the
 * even one by the weights (w0, w1) (w2, w3) ..., its right neighbour by (0, w0) (w1, w2) ...
 */
#include "depthwise_strip.h"
#include "dsp.h"

#if PULSE_NN_DSP

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

/** Compilers rotate with an instruction of its own; SXTAB16 can itself. */
static inline int32_t odd_channels(int32_t four, int32_t add)
{
	int32_t odd;

	__asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(odd) : "r"(add), "r"(four));
	return odd;
}

static inline struct wide tap(int32_t four, int32_t minus_zero)
{
	return (struct wide){__sxtab16(minus_zero, four), odd_channels(four, minus_zero)};
}

/** Twice the weights, as SMMULR takes twice the sum. */
static inline struct wide weight(int32_t four)
{
	return (struct wide){__sxtab16(__sxtb16(four), four),
			     odd_channels(four, odd_channels(four, 0))};
}

void pulse_nn_spread_weights(const struct pulse_nn_conv *conv, const int8_t *from,
			     const struct pulse_nn_strip *strip, int32_t *to)
{
	struct wide before = {0, 0};
	uint32_t channel = strip->channel, step = conv->out_c;

	for (uint32_t j = conv->kernel_w; j > 0; j--, from += step) {
		struct wide now = weight(pulse_nn_load(from));

		spread(before, now, to++, channel);
		before = now;
	}
	for (uint32_t j = conv->kernel_w; j < 2 * strip->words; j++) {
		spread(before, (struct wide){0, 0}, to++, channel);
		before = (struct wide){0, 0};
	}
}

void pulse_nn_spread_taps(const struct pulse_nn_conv *conv, const int8_t *from, int32_t left,
			  int32_t width, const struct pulse_nn_strip *strip, int32_t *to)
{
	uint32_t zero = (uint32_t)(int32_t)conv->in_zero;
	int32_t minus_zero = (int32_t)((0u - zero) << 16 | ((0u - zero) & 0xffffu));
	int32_t zeros = (int32_t)((zero & 0xffu) * 0x01010101u);
	int32_t step = conv->in_c, right = left + 2 * (int32_t)strip->pitch;
	uint32_t channel = strip->channel;

	while (left != right) {
		int32_t inside = (width < right ? width : right) - left;

		if (left < -1 || inside < 1 + (left < 0)) { /* none inside */
			to[0] = to[channel] = to[2 * channel] = to[3 * channel] = 0;
			to++;
			left += 2;
			continue;
		}
		const int8_t *at = from + (left > 0 ? left * step : 0);

		if (left < 0 || inside < 2) { /* one of the two */
			int32_t x = left < 0 ? zeros : pulse_nn_load(at);
			int32_t y = left < 0 ? pulse_nn_load(from) : zeros;

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

#endif
