/* SPDX-License-Identifier: Apache-2.0 */
#include "gather_parts.h"

#if PULSE_NN_DSP

/** Widen quads of four columns, `step` bytes apart, into the tile: 16 instructions for 16 taps. */
static int16_t *widen_quads(const int8_t *a, uint32_t step, uint32_t quads, int16_t *tile)
{
	const int8_t *b = a + step, *c = b + step, *d = c + step;

	__asm__ volatile("1:\n"
			 "ldr    r4, [%0], #4\n"
			 "ldr    r5, [%1], #4\n"
			 "ldr    r6, [%2], #4\n"
			 "ldr    r8, [%3], #4\n"
			 "sxtb16 r9, r4\n"
			 "sxtb16 r10, r5\n"
			 "sxtb16 r11, r6\n"
			 "sxtb16 r12, r8\n"
			 "stmia  %4!, {r9, r10, r11, r12}\n"
			 "sxtb16 r9, r4, ror #8\n"
			 "sxtb16 r10, r5, ror #8\n"
			 "sxtb16 r11, r6, ror #8\n"
			 "sxtb16 r12, r8, ror #8\n"
			 "stmia  %4!, {r9, r10, r11, r12}\n"
			 "subs   %5, #1\n"
			 "bne    1b\n"
			 : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(tile), "+r"(quads)
			 :
			 : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
	return tile;
}

/** Widen a run of taps, of which there may be any number before it, one by one. */
static void widen_taps(const int8_t *from, uint32_t step, uint32_t tap, uint32_t count,
		       int16_t *tile)
{
	for (const int8_t *end = from + count; from != end; from++, tap++) {
		int16_t *to = tile + pulse_nn_tap_place(tap, PULSE_NN_TILE, 0);

		to[0] = from[0];
		to[2] = from[step];
		to[4] = from[2 * step];
		to[6] = from[3 * step];
	}
}

/** All taps of all four columns lie inside the input. */
static void gather_inside(const struct pulse_nn_conv *conv, const int8_t *from, int16_t *tile)
{
	uint32_t depth = conv->in_c / conv->groups;
	uint32_t step = (uint32_t)conv->stride_w * conv->in_c;
	uint32_t next = (uint32_t)conv->dilation_w * conv->in_c;
	uint32_t runs = conv->kernel_w, tap = 0;

	if (next == depth) { /* neighbouring taps: one run a row */
		depth *= runs;
		runs = 1;
	}
	for (uint32_t i = conv->kernel_h; i > 0; i--) {
		const int8_t *row = from;

		for (uint32_t j = runs; j > 0; j--) {
			if (depth % 4 == 0) {
				tile = widen_quads(row, step, depth / 4, tile);
			} else {
				widen_taps(row, step, tap, depth, tile);
				tap += depth;
			}
			row += next;
		}
		from += (uint32_t)conv->dilation_h * conv->in_w * conv->in_c;
	}
}

/** One position whose taps lie side by side: a row of a fully connected layer. */
static void gather_row(const int8_t *from, uint32_t count, int16_t *tile)
{
	for (uint32_t tap = 0; tap < count; tap++) {
		tile[pulse_nn_tap_place(tap, 1, 0)] = from[tap];
	}
}

void pulse_nn_gather(const struct pulse_nn_conv *conv, const int8_t *in, uint32_t first,
		     uint32_t width, int16_t *tile)
{
	struct pulse_nn_corner a = pulse_nn_corner(conv, first);
	struct pulse_nn_corner d = pulse_nn_corner(conv, first + width - 1);
	int32_t bottom = a.row + (conv->kernel_h - 1) * conv->dilation_h;
	int32_t right = d.col + (conv->kernel_w - 1) * conv->dilation_w;
	bool inside = a.row == d.row && a.row >= 0 && bottom < conv->in_h && a.col >= 0 &&
		      right < conv->in_w;
	const int8_t *from = in + (a.row * conv->in_w + a.col) * conv->in_c;

	if (inside && width == PULSE_NN_TILE) {
		gather_inside(conv, from, tile);
	} else if (inside && conv->kernel_h == 1 && conv->kernel_w == 1) {
		gather_row(from, conv->in_c / conv->groups, tile);
	} else {
		pulse_nn_gather_any(conv, in, first, width, tile);
	}
}

#endif
