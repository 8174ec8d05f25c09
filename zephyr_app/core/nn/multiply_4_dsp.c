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
 */
#include "conv_parts.h"

#if PULSE_NN_DSP

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

#define UNUSED __attribute__((unused)) /* in C; the assembler has them in r0-r3 */

/* On the stack: 0 tile, 4 channels, 8 out, 12 stride, 16 end of channels, 20 entry of the
 * requantisation, 24 end of the tile, 28 entry of the loop, 32 weights, 36 first channel, 40 step
 * from tile to tile, 44 tiles left, 48 out of the tile. */
__attribute__((naked)) void pulse_nn_multiply_4(const int16_t *tile UNUSED,
						const int8_t *weights UNUSED,
						const struct pulse_nn_channel *channels UNUSED,
						const struct pulse_nn_block *block UNUSED)
{
	__asm__ volatile(
		"push   {r4-r11, lr}\n"
		"sub    sp, #52\n"
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
		"bfi    r0, r4, #8, #8\n"
		"bfi    r1, r5, #8, #8\n"
		"bfi    r2, r6, #8, #8\n"
		"bfi    r3, r7, #8, #8\n"
		"strh   r0, [r10]\n"
		"strh   r1, [r10, r11]\n"
		"strh   r2, [r10, r11, lsl #1]\n"
		"add    r10, r10, r11\n"
		"strh   r3, [r10, r11, lsl #1]\n"
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
		"add    sp, #52\n"
		"pop    {r4-r11, pc}\n"

		".balign 4\n"
		"6:\n"
		REQUANTISE(SIGNED)
		"b      4b\n");
}
/* clang-format on */

#endif
