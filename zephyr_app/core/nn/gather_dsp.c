/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

#if PULSE_NN_DSP

/** Widen quads of four columns into the tile. Returns the tile's end. */
static inline int16_t *widen_any(const int8_t *a, const int8_t *b, const int8_t *c, const int8_t *d,
				 uint32_t quads, int16_t *tile)
{
	for (; quads > 0; quads--, a += 4, b += 4, c += 4, d += 4, tile += 4 * PULSE_NN_TILE) {
		const int32_t four[PULSE_NN_TILE] = {pulse_nn_load(a), pulse_nn_load(b),
						     pulse_nn_load(c), pulse_nn_load(d)};

		for (uint32_t n = 0; n < PULSE_NN_TILE; n++) {
			pulse_nn_set_word(tile + 2 * n, __sxtb16(four[n]));
			pulse_nn_set_word(tile + 2 * (PULSE_NN_TILE + n),
					  __sxtb16(pulse_nn_rotate(four[n], 8)));
		}
	}
	return tile;
}

#if PULSE_NN_ASSEMBLER

/** widen_any in 18 instructions for 16 taps, of one quad or more; four registers of its own. */
static inline int16_t *widen_words(const int8_t *a, const int8_t *b, const int8_t *c,
				   const int8_t *d, uint32_t quads, int16_t *tile)
{
	int32_t x, y, even_x, even_y;

	__asm__ volatile("1:\n"
			 "ldr    %[x], [%[a]], #4\n"
			 "ldr    %[y], [%[b]], #4\n"
			 "sxtb16 %[even_x], %[x]\n"
			 "sxtb16 %[even_y], %[y]\n"
			 "strd   %[even_x], %[even_y], [%[tile]], #32\n"
			 "sxtb16 %[x], %[x], ror #8\n"
			 "sxtb16 %[y], %[y], ror #8\n"
			 "strd   %[x], %[y], [%[tile], #-16]\n"
			 "ldr    %[x], [%[c]], #4\n"
			 "ldr    %[y], [%[d]], #4\n"
			 "sxtb16 %[even_x], %[x]\n"
			 "sxtb16 %[even_y], %[y]\n"
			 "strd   %[even_x], %[even_y], [%[tile], #-24]\n"
			 "sxtb16 %[x], %[x], ror #8\n"
			 "sxtb16 %[y], %[y], ror #8\n"
			 "strd   %[x], %[y], [%[tile], #-8]\n"
			 "subs   %[quads], %[quads], #1\n"
			 "bne    1b\n"
			 : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [tile] "+r"(tile),
			   [quads] "+r"(quads), [x] "=&r"(x), [y] "=&r"(y), [even_x] "=&r"(even_x),
			   [even_y] "=&r"(even_y)
			 :
			 : "cc", "memory");
	return tile;
}

#endif

static inline int16_t *widen(const int8_t *a, const int8_t *b, const int8_t *c, const int8_t *d,
			     uint32_t quads, int16_t *tile)
{
#if PULSE_NN_ASSEMBLER
	if (!PULSE_NN_ALIGNED ||
	    (((uintptr_t)a | (uintptr_t)b | (uintptr_t)c | (uintptr_t)d) & 3) == 0) {
		return widen_words(a, b, c, d, quads, tile);
	}
#endif
	return widen_any(a, b, c, d, quads, tile);
}

/** Taps of all columns inside, each run in quads. */
static int16_t *gather_quads(const struct pulse_nn_walk *walk, const int8_t *from, uint32_t runs,
			     uint32_t quads, int16_t *tile)
{
	uint32_t column = walk->column;

	for (uint32_t i = walk->conv->kernel_h; i > 0; i--, from += walk->row) {
		const int8_t *run = from;

		for (uint32_t j = runs; j > 0; j--, run += walk->tap) {
			const int8_t *b = run + column, *c = b + column;

			tile = widen(run, b, c, c + column, quads, tile);
		}
	}
	return tile;
}

/** Runs of any length: joined in rows behind the tiles first, in words that overlap. */
static int16_t *gather_odd(const struct pulse_nn_walk *walk, const int8_t *from, int8_t *rows,
			   int16_t *tile)
{
	uint32_t length = walk->quads * 4 + 4, column = walk->column;
	int8_t *to = rows;

	for (uint32_t i = walk->conv->kernel_h; i > 0; i--, from += walk->row) {
		const int8_t *run = from;

		for (uint32_t j = walk->runs; j > 0; j--, run += walk->tap, to += walk->run) {
			for (uint32_t k = 0; k < walk->run; k += 4) {
				const int8_t *source = run + k;
				int8_t *target = to + k;

				pulse_nn_store(target, pulse_nn_load(source));
				pulse_nn_store(target + length, pulse_nn_load(source + column));
				source += 2 * column;
				target += 2 * length;
				pulse_nn_store(target, pulse_nn_load(source));
				pulse_nn_store(target + length, pulse_nn_load(source + column));
			}
		}
	}
	return widen(rows, rows + length, rows + 2 * length, rows + 3 * length, walk->quads, tile);
}

/** A strip whose taps all lie inside. */
static void gather_inside(const struct pulse_nn_walk *walk, const int8_t *from, int16_t *tile)
{
	uint32_t tiles = walk->block.tiles, shared = (tiles - 1) * walk->shift;
	int8_t *rows = (int8_t *)(tile + tiles * walk->quads * 4 * PULSE_NN_TILE);

	if (walk->shift > 0 && walk->tap == walk->in_group) {
		gather_quads(walk, from, 1, walk->quads + shared * walk->in_group / 4, tile);
	} else if (walk->shift > 0) {
		gather_quads(walk, from, walk->runs + shared, walk->run / 4, tile);
	} else if (walk->run % 4 == 0 || walk->conv->kernel_h * walk->runs == 1) {
		for (; tiles > 0; tiles--, from += PULSE_NN_TILE * walk->column) {
			tile = gather_quads(walk, from, walk->runs, (walk->run + 3) / 4, tile);
		}
	} else {
		for (; tiles > 0; tiles--, from += PULSE_NN_TILE * walk->column) {
			tile = gather_odd(walk, from, rows, tile);
		}
	}
}

/** Some taps outside: they read from a row of zero points behind the tile. Not inlined for its
 * stack. */
__attribute__((noinline)) static void gather_edge(const struct pulse_nn_walk *walk,
						  const int8_t *in, int16_t *tile)
{
	const struct pulse_nn_conv *conv = walk->conv;
	int8_t *zeros = (int8_t *)(tile + walk->quads * 4 * PULSE_NN_TILE);
	uint32_t in_w = conv->in_w, pitch = walk->pitch, quads = walk->in_group / 4;
	uint32_t rows[PULSE_NN_TILE], cols[PULSE_NN_TILE];

	__builtin_memset(zeros, conv->in_zero, walk->in_group);
	for (uint32_t n = 0; n < PULSE_NN_TILE; n++) {
		uint32_t y = (walk->first + n) / conv->out_w;
		uint32_t x = walk->first + n - y * conv->out_w;

		rows[n] = y * conv->stride_h - conv->pad_h;
		cols[n] = x * conv->stride_w - conv->pad_w;
	}
	for (uint32_t i = 0; i < conv->kernel_h; i++) {
		for (uint32_t j = 0, right = 0; j < conv->kernel_w;
		     j++, right += conv->dilation_w) {
			const int8_t *from[PULSE_NN_TILE];

			for (uint32_t n = 0; n < PULSE_NN_TILE; n++) {
				uint32_t row = rows[n] + i * conv->dilation_h;
				uint32_t col = cols[n] + right;
				bool inside = row < conv->in_h && col < in_w;

				from[n] = inside ? in + (row * in_w + col) * pitch : zeros;
			}
			tile = widen(from[0], from[1], from[2], from[3], quads, tile);
		}
	}
}

/** One position whose taps lie side by side: a row of a fully connected layer. */
static void gather_row(const int8_t *from, uint32_t quads, int16_t *tile)
{
	for (; quads > 0; quads--, from += 4, tile += 4) {
		int32_t four = pulse_nn_load(from);

		pulse_nn_set_word(tile, __sxtb16(four));
		pulse_nn_set_word(tile + 2, __sxtb16(pulse_nn_rotate(four, 8)));
	}
}

void pulse_nn_gather(const struct pulse_nn_walk *walk, const int8_t *in, int16_t *tile)
{
	const struct pulse_nn_conv *conv = walk->conv;
	const int8_t *from = in + (walk->top * conv->in_w + walk->left) * (int32_t)walk->pitch;

	if (walk->width == PULSE_NN_TILE && walk->inside) {
		gather_inside(walk, from, tile);
	} else if (walk->width == PULSE_NN_TILE && walk->in_group % 4 == 0) {
		gather_edge(walk, in, tile);
	} else if (walk->inside && walk->quads * 4 == walk->run) {
		gather_row(from, walk->quads, tile);
	} else {
		pulse_nn_gather_any(walk, in, tile);
	}
}

#endif
