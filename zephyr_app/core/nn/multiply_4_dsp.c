/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loop: four output positions (columns of the tile) by two filters a and b, on SMLAD.
 *
 * A word of weights is two halfwords 256 * b + a. SXTB16 takes a's taps out of it; the word as it
 * is multiplies to 256 * B + A, so that B is the difference of two sums, shifted. That saves
 * unpacking b. 12 instructions per 16 products; twice SXTB16 would be 13.
 *
 * r0-r3 A of the positions, r4-r7 256 * B + A, r8 tile, r9 weights, r10 taps of a, r11 weights,
 * r12 and lr activations. Doubling the sum makes SMMULR the first rounding of the requantisation;
 * 256 * B >> 7 is B doubled. Negative sums need AWAY for the second, half away from zero; where
 * they are clamped to the zero point anyway they do not. All instructions of QUAD are 32 bits wide:
 * it is 96 bytes long.
 *
 * This takes every register, so no compiler can allocate them beside a frame pointer or a PIC base:
 * the function is naked and keeps what it must itself. Its C twin below does the same, in about
 * 1.8 times the instructions.
 */
#include "conv_parts.h"
#include "fixed_point.h"

#if PULSE_NN_ASSEMBLER

/* EHABI: the frame for the unwinder of GCC's -fexceptions, or -funwind-tables with PULSE_NN_EHABI.
 * CFI: the frame for debuggers. GCC says whether it writes CFI itself; Clang does not, so for Clang
 * the function stands outside of C, with CFI of its own. */
#if !defined(__clang__) && (defined(__EXCEPTIONS) || defined(PULSE_NN_EHABI))
#define EHABI(directive) directive "\n"
#else
#define EHABI(directive)
#endif
#if defined(__clang__) || defined(__GCC_HAVE_DWARF2_CFI_ASM)
#define CFI(directive) directive "\n"
#else
#define CFI(directive)
#endif

/* clang-format off */
#define WORD                                                                                       \
	"ldr    r11, [r9], #4\n"                                                                   \
	"ldrd   r12, lr, [r8], #8\n"                                                               \
	"sxtb16 r10, r11\n"                                                                        \
	"smlad  r0, r10, r12, r0\n"                                                                \
	"smlad  r4, r11, r12, r4\n"                                                                \
	"smlad  r1, r10, lr, r1\n"                                                                 \
	"smlad  r5, r11, lr, r5\n"                                                                 \
	"ldrd   r12, lr, [r8], #8\n"                                                               \
	"smlad  r2, r10, r12, r2\n"                                                                \
	"smlad  r6, r11, r12, r6\n"                                                                \
	"smlad  r3, r10, lr, r3\n"                                                                 \
	"smlad  r7, r11, lr, r7\n"
#define QUAD WORD WORD

/* The first word of a filter; saves setting the sums to 0. */
#define FIRST_WORD                                                                                 \
	"ldr    r11, [r9], #4\n"                                                                   \
	"ldrd   r12, lr, [r8], #8\n"                                                               \
	"sxtb16 r10, r11\n"                                                                        \
	"smuad  r0, r10, r12\n"                                                                    \
	"smuad  r4, r11, r12\n"                                                                    \
	"smuad  r1, r10, lr\n"                                                                     \
	"smuad  r5, r11, lr\n"                                                                     \
	"ldrd   r12, lr, [r8], #8\n"                                                               \
	"smuad  r2, r10, r12\n"                                                                    \
	"smuad  r6, r11, r12\n"                                                                    \
	"smuad  r3, r10, lr\n"                                                                     \
	"smuad  r7, r11, lr\n"

/* Next channel: r10 twice the bias, r11 multiplier, r12 round, lr its trailing zeros. */
#define CHANNEL                                                                                    \
	"ldmia  r8!, {r10, r11, r12}\n"                                                            \
	"lsl    r10, r10, #1\n"                                                                    \
	"rbit   lr, r12\n"                                                                         \
	"clz    lr, lr\n"
#define FIRST_A(x) "add    " x ", r10, " x ", lsl #1\nsmmulr " x ", " x ", r11\n"
#define FIRST_B(x) "add    " x ", r10, " x ", asr #7\nsmmulr " x ", " x ", r11\n"
#define AWAY(x) "add    " x ", " x ", " x ", asr #31\n"
#define NARROW(x)                                                                                  \
	"add    " x ", " x ", r12\n"                                                               \
	"asr    " x ", " x ", lr\n"                                                                \
	"ssat   " x ", #8, " x ", asr #1\n"
#define RECTIFIED(first, x) first(x) NARROW(x)
#define SIGNED(first, x) first(x) AWAY(x) NARROW(x)
#define FOUR(form, first, w, x, y, z) form(first, w) form(first, x) form(first, y) form(first, z)
#define REQUANTISE(form)                                                                           \
	CHANNEL FOUR(form, FIRST_A, "r0", "r1", "r2", "r3")                                        \
	CHANNEL FOUR(form, FIRST_B, "r4", "r5", "r6", "r7")

/* Both filters of the four positions: r10 out, r11 stride. */
#if PULSE_NN_ALIGNED
#define STORE                                                                                      \
	"strb   r0, [r10]\n"                                                                       \
	"strb   r4, [r10, #1]\n"                                                                   \
	"add    r10, r10, r11\n"                                                                   \
	"strb   r1, [r10]\n"                                                                       \
	"strb   r5, [r10, #1]\n"                                                                   \
	"add    r10, r10, r11\n"                                                                   \
	"strb   r2, [r10]\n"                                                                       \
	"strb   r6, [r10, #1]\n"                                                                   \
	"add    r10, r10, r11\n"                                                                   \
	"strb   r3, [r10]\n"                                                                       \
	"strb   r7, [r10, #1]\n"
#else
#define STORE                                                                                      \
	"bfi    r0, r4, #8, #8\n"                                                                  \
	"bfi    r1, r5, #8, #8\n"                                                                  \
	"bfi    r2, r6, #8, #8\n"                                                                  \
	"bfi    r3, r7, #8, #8\n"                                                                  \
	"strh   r0, [r10]\n"                                                                       \
	"strh   r1, [r10, r11]\n"                                                                  \
	"strh   r2, [r10, r11, lsl #1]\n"                                                          \
	"add    r10, r10, r11\n"                                                                   \
	"strh   r3, [r10, r11, lsl #1]\n"
#endif

#ifdef __clang__
#define BEGIN                                                                                      \
	__asm__(".syntax unified\n"                                                                \
		".thumb\n"                                                                         \
		".section .text.pulse_nn_multiply_4, \"ax\", %progbits\n"                          \
		".balign 4\n"                                                                      \
		".global pulse_nn_multiply_4\n"                                                    \
		".type pulse_nn_multiply_4, %function\n"                                           \
		".thumb_func\n"                                                                    \
		"pulse_nn_multiply_4:\n"                                                           \
		".cfi_sections .debug_frame\n"                                                     \
		".cfi_startproc\n"
#define END                                                                                        \
	".cfi_endproc\n"                                                                           \
	".size pulse_nn_multiply_4, . - pulse_nn_multiply_4\n"                                     \
	".text\n");
#else
/* GCC adds its stack protector to naked functions too, over r3; nor may it change the arguments. */
#if __GNUC__ > 10
#define ALONE __attribute__((noipa, no_stack_protector))
#else
#define ALONE __attribute__((noipa, optimize("no-stack-protector")))
#endif
#define UNUSED __attribute__((unused)) /* in C; the assembler has them in r0-r3 */
#define BEGIN                                                                                      \
	ALONE __attribute__((naked, no_instrument_function)) void pulse_nn_multiply_4(             \
		const int16_t *tile UNUSED, const int8_t *weights UNUSED,                          \
		const struct pulse_nn_channel *channels UNUSED,                                    \
		const struct pulse_nn_block *block UNUSED)                                         \
	{                                                                                          \
		__asm__ volatile(
#define END                                                                                        \
	);                                                                                         \
	}
#endif

/* On the stack: 0 tile, 4 channels, 8 out, 12 stride, 16 end of channels, 20 entry of the
 * requantisation, 24 end of the tile, 28 entry of the loop, 32 weights, 36 first channel, 40 step
 * from tile to tile, 44 tiles left, 48 out of the tile. */
BEGIN
		"push   {r4-r11, lr}\n"
		EHABI(".save {r4-r11, lr}")
		CFI(".cfi_adjust_cfa_offset 36")
		CFI(".cfi_offset r4, -36") CFI(".cfi_offset r5, -32") CFI(".cfi_offset r6, -28")
		CFI(".cfi_offset r7, -24") CFI(".cfi_offset r8, -20") CFI(".cfi_offset r9, -16")
		CFI(".cfi_offset r10, -12") CFI(".cfi_offset r11, -8") CFI(".cfi_offset lr, -4")
		"sub    sp, #52\n"
		EHABI(".pad #52")
		CFI(".cfi_adjust_cfa_offset 52")
		"mov    r9, r1\n"
		"ldmia  r3, {r4, r5, r6, r7, r8, r10, r11, r12}\n"
		"strd   r1, r2, [sp, #32]\n"
		"strd   r11, r12, [sp, #40]\n"
		"str    r6, [sp, #48]\n"
		"strd   r0, r2, [sp]\n"
		"strd   r6, r7, [sp, #8]\n"
		"adr    r11, 3f + 1\n"
		"cmp    r10, #0\n"
		"it     eq\n"
		"addeq  r11, r11, #(6f - 3f)\n"
		"strd   r8, r11, [sp, #16]\n"
		/* The first quad has its own code; enter so that the rest ends with a turn. */
		"sub    r5, r5, #1\n"
		"and    r5, r5, #3\n"
		"rsb    r5, r5, #4\n"
		"mov    r6, #96\n"
		"adr    r7, 2f + 1\n"
		"mla    r5, r5, r6, r7\n"
		"strd   r4, r5, [sp, #24]\n"

		"1:\n"
		"ldr    r8, [sp]\n"
		FIRST_WORD WORD
		"ldr    pc, [sp, #28]\n"
		".balign 4\n"
		"2:\n"
		QUAD QUAD QUAD QUAD
		"ldr    r10, [sp, #24]\n"
		"cmp    r8, r10\n"
		"bne    2b\n"

		"ldr    r8, [sp, #4]\n"
		"sub    r4, r4, r0\n"
		"sub    r5, r5, r1\n"
		"sub    r6, r6, r2\n"
		"sub    r7, r7, r3\n"
		"ldr    pc, [sp, #20]\n"

		".balign 4\n"
		"3:\n"
		REQUANTISE(RECTIFIED)
		"4:\n"
		"ldrd   r10, r11, [sp, #8]\n"
		"ldr    lr, [sp, #16]\n"
		"add    r12, r10, #2\n"
		"strd   r8, r12, [sp, #4]\n"
		"cmp    r8, lr\n"
		"bhi    5f\n"
		STORE
		"blo    1b\n"
		"b      7f\n"

		"5:\n" /* the last of an odd number of filters */
		"strb   r0, [r10]\n"
		"strb   r1, [r10, r11]\n"
		"strb   r2, [r10, r11, lsl #1]\n"
		"add    r10, r10, r11\n"
		"strb   r3, [r10, r11, lsl #1]\n"

		"7:\n" /* next tile */
		"ldrd   r10, r12, [sp, #40]\n"
		"subs   r12, r12, #1\n"
		"beq    8f\n"
		"str    r12, [sp, #44]\n"
		"ldr    r0, [sp]\n"
		"ldr    r1, [sp, #24]\n"
		"ldr    r2, [sp, #48]\n"
		"ldrd   r9, r3, [sp, #32]\n"
		"add    r0, r0, r10\n"
		"add    r1, r1, r10\n"
		"add    r2, r2, r11, lsl #2\n"
		"strd   r0, r3, [sp]\n"
		"str    r1, [sp, #24]\n"
		"str    r2, [sp, #8]\n"
		"str    r2, [sp, #48]\n"
		"b      1b\n"
		"8:\n"
		CFI(".cfi_remember_state")
		"add    sp, #52\n"
		CFI(".cfi_adjust_cfa_offset -52")
		"pop    {r4-r11, pc}\n"
		CFI(".cfi_restore_state")

		".balign 4\n"
		"6:\n"
		REQUANTISE(SIGNED)
		"b      4b\n"
END
/* clang-format on */

#elif PULSE_NN_DSP

/** Sums of a and of 256 * b + a for the four positions of a tile. */
struct sums {
	int32_t a[PULSE_NN_TILE], ba[PULSE_NN_TILE];
};

/* Four sums by name: as an array they would live in memory. */
static struct sums pair_sums(const int16_t *tile, const int8_t *weights, uint32_t words)
{
	int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, ba0 = 0, ba1 = 0, ba2 = 0, ba3 = 0;

	for (const int8_t *end = weights + words * 4; weights != end; weights += 4) {
		int32_t ba = pulse_nn_word(weights), a = __sxtb16(ba);
		int32_t x = pulse_nn_word(tile), y = pulse_nn_word(tile + 2);

		a0 = __smlad(a, x, a0);
		ba0 = __smlad(ba, x, ba0);
		a1 = __smlad(a, y, a1);
		ba1 = __smlad(ba, y, ba1);
		x = pulse_nn_word(tile + 4);
		y = pulse_nn_word(tile + 6);
		a2 = __smlad(a, x, a2);
		ba2 = __smlad(ba, x, ba2);
		a3 = __smlad(a, y, a3);
		ba3 = __smlad(ba, y, ba3);
		tile += 2 * PULSE_NN_TILE;
	}
	return (struct sums){{a0, a1, a2, a3}, {ba0, ba1, ba2, ba3}};
}

static int8_t narrow(int32_t sum, const struct pulse_nn_channel *channel)
{
	int32_t x = pulse_nn_high_mul_30(channel->bias + sum, channel->multiplier);

	x = (x + (x >> 31) + channel->round) >> __builtin_ctz((uint32_t)channel->round);
	return (int8_t)__ssat(x >> 1, 8);
}

void pulse_nn_multiply_4(const int16_t *tile, const int8_t *weights,
			 const struct pulse_nn_channel *channels,
			 const struct pulse_nn_block *block)
{
	uint32_t stride = block->stride;
	int8_t *out = block->out;

	for (uint32_t i = 0; i < block->tiles; i++) {
		const int16_t *x = tile + i * (block->step / sizeof(*tile));
		const int8_t *pair = weights;
		int8_t *to = out + i * PULSE_NN_TILE * stride;

		for (const struct pulse_nn_channel *c = channels; c < block->channels_end;
		     c += 2, pair += block->quads * 8, to += 2) {
			struct sums sums = pair_sums(x, pair, block->quads * 2);

			for (uint32_t n = 0; n < PULSE_NN_TILE; n++) {
				int32_t b = (int32_t)((uint32_t)sums.ba[n] - (uint32_t)sums.a[n]);

				to[n * stride] = narrow(sums.a[n], &c[0]);
				if (c + 1 < block->channels_end) {
					to[n * stride + 1] = narrow(b >> 8, &c[1]);
				}
			}
		}
	}
}

#endif
