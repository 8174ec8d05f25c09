/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

#if PULSE_NN_DSP

#include <arm_acle.h>
#include <string.h>

/** Widen quads of four columns into the tile: 16 instructions for 16 taps. Returns the tile's end.
 */
static inline int16_t *widen(const int8_t *a, const int8_t *b, const int8_t *c, const int8_t *d,
			     uint32_t quads, int16_t *tile)
{
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

/** A step through the input: from column to column of the tile, from tap to tap. */
struct steps {
	uint32_t column, tap, row;
	uint32_t runs, depth; /* taps side by side make one run */
};

static struct steps steps(const struct pulse_nn_conv *conv)
{
	struct steps s = {
		.column = (uint32_t)conv->stride_w * conv->in_c,
		.tap = (uint32_t)conv->dilation_w * conv->in_c,
		.row = (uint32_t)conv->dilation_h * conv->in_w * conv->in_c,
		.runs = conv->kernel_w,
		.depth = conv->in_c / conv->groups,
	};

	if (s.tap == s.depth) {
		s.depth *= s.runs;
		s.runs = 1;
	}
	return s;
}

/** Taps of all columns inside, each run in quads. */
static void gather_quads(const struct pulse_nn_conv *conv, const int8_t *from,
			 const struct steps *s, int16_t *tile)
{
	for (uint32_t i = conv->kernel_h; i > 0; i--, from += s->row) {
		const int8_t *run = from;

		for (uint32_t j = s->runs; j > 0; j--, run += s->tap) {
			const int8_t *b = run + s->column, *c = b + s->column;

			tile = widen(run, b, c, c + s->column, s->depth / 4, tile);
		}
	}
}

/** Runs of any length: joined in rows behind the tile first, in words that overlap. */
static void gather_odd(const struct pulse_nn_conv *conv, const int8_t *from, const struct steps *s,
		       int16_t *tile)
{
	uint32_t quads = pulse_nn_quads(conv), length = quads * 4 + 4;
	int8_t *rows = (int8_t *)(tile + quads * 4 * PULSE_NN_TILE), *to = rows;

	for (uint32_t i = conv->kernel_h; i > 0; i--, from += s->row) {
		const int8_t *run = from;

		for (uint32_t j = s->runs; j > 0; j--, run += s->tap, to += s->depth) {
			for (uint32_t k = 0; k < s->depth; k += 4) {
				const int8_t *source = run + k;
				int8_t *target = to + k;

				for (uint32_t n = PULSE_NN_TILE; n > 0; n--) {
					memcpy(target, source, 4);
					source += s->column;
					target += length;
				}
			}
		}
	}
	widen(rows, rows + length, rows + 2 * length, rows + 3 * length, quads, tile);
}

/** Some taps outside: they read from a row of zero points behind the tile. */
static void gather_edge(const struct pulse_nn_conv *conv, const struct pulse_nn_site *site,
			const int8_t *in, uint32_t depth, int16_t *tile)
{
	int8_t *zeros = (int8_t *)(tile + pulse_nn_quads(conv) * 4 * PULSE_NN_TILE);

	memset(zeros, conv->in_zero, depth);
	for (uint32_t i = 0; i < conv->kernel_h; i++) {
		for (uint32_t j = 0; j < conv->kernel_w; j++) {
			const int8_t *from[PULSE_NN_TILE];

			for (uint32_t n = 0; n < PULSE_NN_TILE; n++) {
				uint32_t row = (uint32_t)site->row[n] + i * conv->dilation_h;
				uint32_t col = (uint32_t)site->col[n] + j * conv->dilation_w;

				from[n] = row < conv->in_h && col < conv->in_w
						  ? in + (row * conv->in_w + col) * conv->in_c
						  : zeros;
			}
			tile = widen(from[0], from[1], from[2], from[3], depth / 4, tile);
		}
	}
}

/** One position whose taps lie side by side: a row of a fully connected layer. */
static void gather_row(const int8_t *from, uint32_t quads, int16_t *tile)
{
	for (int32_t *to = (int32_t *)(void *)tile; quads > 0; quads--, from += 4, to += 2) {
		int32_t four;

		memcpy(&four, from, 4);
		to[0] = __sxtb16(four);
		to[1] = __sxtb16((int32_t)((uint32_t)four >> 8));
	}
}

void pulse_nn_gather(const struct pulse_nn_conv *conv, const struct pulse_nn_site *site,
		     const int8_t *in, int16_t *tile)
{
	struct steps s = steps(conv);
	const int8_t *from = in + (site->row[0] * conv->in_w + site->col[0]) * conv->in_c;
	const int8_t *last = from + (conv->kernel_h - 1) * s.row + (s.runs - 1) * s.tap +
			     (PULSE_NN_TILE - 1) * s.column;
	uint32_t depth = conv->in_c / conv->groups;

	if (site->width == PULSE_NN_TILE && site->inside && s.depth % 4 == 0) {
		gather_quads(conv, from, &s, tile);
	} else if (site->width == PULSE_NN_TILE && site->inside &&
		   last + ((s.depth + 3) & ~3u) <= site->end) {
		gather_odd(conv, from, &s, tile);
	} else if (site->width == PULSE_NN_TILE && depth % 4 == 0) {
		gather_edge(conv, site, in, depth, tile);
	} else if (conv->kernel_h * conv->kernel_w == 1 && site->inside && depth % 4 == 0) {
		gather_row(from, depth / 4, tile);
	} else {
		pulse_nn_gather_any(conv, site, in, tile);
	}
}

#endif
