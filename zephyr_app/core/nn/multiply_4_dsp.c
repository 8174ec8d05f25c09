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
 * 256 * B >> 7 is B doubled. All instructions of QUAD are 32 bits wide: it is 96 bytes long.
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

/* From the doubled sum: r11 multiplier, r12 round, lr its trailing zeros. */
#define NARROW(x)                                                                                  \
	"add    " x ", " x ", r12\n"                                                               \
	"asr    " x ", " x ", lr\n"                                                                \
	"ssat   " x ", #8, " x ", asr #1\n"
#define AWAY(x) "add    " x ", " x ", " x ", asr #31\n"
#define FIRST_A(x) "lsl    " x ", " x ", #1\nsmmulr " x ", " x ", r11\n"
#define FIRST_B(x) "add    " x ", r10, " x ", asr #7\nsmmulr " x ", " x ", r11\n"
#define CONSTANTS(offset)                                                                          \
	"ldrd   r11, r12, [r8, #" offset "]\n"                                                     \
	"rbit   lr, r12\n"                                                                         \
	"clz    lr, lr\n"
#define RECTIFIED(first, x) first(x) NARROW(x)
#define SIGNED(first, x) first(x) AWAY(x) NARROW(x)
#define FOUR(form, first, w, x, y, z) form(first, w) form(first, x) form(first, y) form(first, z)
#define REQUANTISE(form)                                                                           \
	CONSTANTS("4") FOUR(form, FIRST_A, "r0", "r1", "r2", "r3")                                 \
	CONSTANTS("16") FOUR(form, FIRST_B, "r4", "r5", "r6", "r7")

/* Stack: tile, tile end, channels, out, stride, channels left, entry of the loop, rectified. */
#define UNUSED __attribute__((unused)) /* in C; the assembler has them in r0-r3 */

__attribute__((naked)) void pulse_nn_multiply_4(const int16_t *tile UNUSED,
						const int8_t *weights UNUSED,
						const struct pulse_nn_channel *channels UNUSED,
						const struct pulse_nn_block *block UNUSED)
{
	__asm__ volatile(
		"push   {r4-r11, lr}\n"
		"sub    sp, #32\n"
		"mov    r9, r1\n"
		"ldr    r4, [r3]\n"
		"strd   r0, r4, [sp]\n"
		"ldr    r4, [r3, #4]\n"
		"strd   r2, r4, [sp, #8]\n"
		"ldrd   r4, r5, [r3, #8]\n"
		"strd   r4, r5, [sp, #16]\n"
		"ldrd   r4, r5, [r3, #16]\n"
		"rsb    r4, r4, #0\n"
		"and    r4, r4, #3\n"
		"mov    r6, #96\n"
		"adr    r7, 2f + 1\n"
		"mla    r4, r4, r6, r7\n" /* enter so that the turns come out even */
		"strd   r4, r5, [sp, #24]\n"

		"1:\n"
		"ldr    r10, [sp, #8]\n"
		"ldr    r8, [sp]\n"
		"ldr    r0, [r10]\n"
		"mov    r1, r0\n"
		"mov    r2, r0\n"
		"mov    r3, r0\n"
		"mov    r4, r0\n"
		"mov    r5, r0\n"
		"mov    r6, r0\n"
		"mov    r7, r0\n"
		"ldr    pc, [sp, #24]\n"
		".balign 4\n"
		"2:\n"
		QUAD QUAD QUAD QUAD
		"ldr    r10, [sp, #4]\n"
		"cmp    r8, r10\n"
		"bne    2b\n"

		"ldr    r8, [sp, #8]\n"
		"sub    r4, r4, r0\n"
		"sub    r5, r5, r1\n"
		"ldr    r10, [r8, #12]\n"
		"ldr    r11, [sp, #28]\n"
		"sub    r6, r6, r2\n"
		"sub    r7, r7, r3\n"
		"lsl    r10, r10, #1\n"
		"cmp    r11, #0\n"
		"beq    5f\n"
		REQUANTISE(RECTIFIED)

		"3:\n"
		"add    r8, r8, #24\n"
		"str    r8, [sp, #8]\n"
		"ldrd   r8, r10, [sp, #12]\n" /* out, stride */
		"ldr    r11, [sp, #20]\n"
		"add    r12, r8, #2\n"
		"str    r12, [sp, #12]\n"
		"subs   r11, r11, #2\n"
		"str    r11, [sp, #20]\n"
		"blt    4f\n"
		"bfi    r0, r4, #8, #8\n"
		"bfi    r1, r5, #8, #8\n"
		"bfi    r2, r6, #8, #8\n"
		"bfi    r3, r7, #8, #8\n"
		"strh   r0, [r8]\n"
		"strh   r1, [r8, r10]\n"
		"strh   r2, [r8, r10, lsl #1]\n"
		"add    r8, r8, r10\n"
		"strh   r3, [r8, r10, lsl #1]\n"
		"bgt    1b\n"
		"add    sp, #32\n"
		"pop    {r4-r11, pc}\n"

		"4:\n" /* the last of an odd number of filters */
		"strb   r0, [r8]\n"
		"strb   r1, [r8, r10]\n"
		"strb   r2, [r8, r10, lsl #1]\n"
		"add    r8, r8, r10\n"
		"strb   r3, [r8, r10, lsl #1]\n"
		"add    sp, #32\n"
		"pop    {r4-r11, pc}\n"

		"5:\n"
		REQUANTISE(SIGNED)
		"b      3b\n");
}
/* clang-format on */

#endif
