/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"
#include "fixed_point.h"

#if PULSE_NN_DSP

#include <arm_acle.h>

/** One position by two filters. */
static void pair(const struct pulse_nn_conv *conv, const int32_t *x, const int32_t *weights,
		 uint32_t words, const struct pulse_nn_channel *channels, int8_t *out, bool both)
{
	const int32_t *end = weights + words;
	int32_t a = 0, ba = 0; /* ba: of 256 * b + a */

	do {
		int32_t x0 = x[0], x1 = x[1], w0 = weights[0], w1 = weights[1];

		a = __smlad(__sxtb16(w0), x0, a);
		ba = __smlad(w0, x0, ba);
		a = __smlad(__sxtb16(w1), x1, a);
		ba = __smlad(w1, x1, ba);
		x += 2;
		weights += 2;
	} while (weights != end);
	out[0] = pulse_nn_requantise(conv, channels[0].bias + a, &channels[0]);
	if (both) {
		int32_t b = (int32_t)((uint32_t)ba - (uint32_t)a) >> 8;

		out[1] = pulse_nn_requantise(conv, channels[1].bias + b, &channels[1]);
	}
}

static void clamp(const struct pulse_nn_conv *conv, uint32_t width, uint32_t channels, int8_t *out)
{
	for (; width > 0; width--, out += conv->out_c) {
		for (uint32_t i = 0; i < channels; i++) {
			out[i] = (int8_t)pulse_nn_clamp(out[i], conv->low, conv->high);
		}
	}
}

void pulse_nn_multiply(const struct pulse_nn_conv *conv, const int16_t *tile, uint32_t width,
		       const int8_t *weights, const struct pulse_nn_channel *channels, int8_t *out)
{
	uint32_t quads = pulse_nn_quads(conv);
	uint32_t count = conv->out_c / conv->groups;

	if (conv->wide) {
		pulse_nn_multiply_any(conv, tile, width, weights, channels, out);
	} else if (width == PULSE_NN_TILE) {
		struct pulse_nn_block block = {
			.tile_end = tile + quads * 4 * PULSE_NN_TILE,
			.quads = quads,
			.out = out,
			.stride = conv->out_c,
			.channels_end = channels + count,
			.rectified = conv->low == conv->out_zero,
		};

		pulse_nn_multiply_4(tile, weights, channels, &block);
		if (conv->low > INT8_MIN || conv->high < INT8_MAX) {
			clamp(conv, width, count, out);
		}
	} else {
		for (uint32_t i = 0; i < count; i += 2) {
			pair(conv, (const int32_t *)(const void *)tile,
			     (const int32_t *)(const void *)(weights + i * quads * 4), quads * 2,
			     channels + i, out + i, i + 1 < count);
		}
	}
}

#endif
