/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_NN_DSP_H_
#define PULSE_NN_DSP_H_

/*
 * How the kernels are built; each is 1 or 0, from what the compiler says of the processor.
 *
 * PULSE_NN_DSP        use SMLAD and its kin: M profile with the DSP extension (Cortex-M4, M7, M33,
 *                     M55), little-endian. A and R profiles state __ARM_FEATURE_DSP too, but have
 * no Thumb-only encodings. Define PULSE_NN_PORTABLE to build plain C instead. PULSE_NN_ASSEMBLER
 * use the assembler loops. Each has a C twin beside it, which is built instead if PULSE_NN_TWINS is
 * defined (tests do), and under branch protection (BTI), because multiply_4_dsp.c jumps into its
 * loop. PULSE_NN_ALIGNED    words only at multiples of four: the processor or the build has no
 * unaligned access (-mno-unaligned-access; CONFIG_TRAP_UNALIGNED_ACCESS in Zephyr).
 */
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && !defined(__ARM_BIG_ENDIAN) &&     \
	!defined(PULSE_NN_PORTABLE)
#define PULSE_NN_DSP (__ARM_ARCH_PROFILE == 'M')
#else
#define PULSE_NN_DSP 0
#endif

#if PULSE_NN_DSP && !defined(PULSE_NN_TWINS) && !defined(__ARM_FEATURE_BTI_DEFAULT)
#define PULSE_NN_ASSEMBLER 1
#else
#define PULSE_NN_ASSEMBLER 0
#endif

#ifdef __ARM_FEATURE_UNALIGNED
#define PULSE_NN_ALIGNED 0
#else
#define PULSE_NN_ALIGNED 1
#endif

#if PULSE_NN_DSP

/* Not <string.h>: a freestanding compiler has none. */
#include <arm_acle.h>
#include <stdint.h>

/** Four bytes at any address; byte by byte where PULSE_NN_ALIGNED. */
static inline int32_t pulse_nn_load(const int8_t *from)
{
	int32_t four;

	__builtin_memcpy(&four, from, sizeof(four));
	return four;
}

static inline void pulse_nn_store(int8_t *to, int32_t four)
{
	__builtin_memcpy(to, &four, sizeof(four));
}

/** Four bytes at a multiple of four. */
static inline int32_t pulse_nn_word(const void *from)
{
	int32_t four;

	__builtin_memcpy(&four, __builtin_assume_aligned(from, sizeof(four)), sizeof(four));
	return four;
}

static inline void pulse_nn_set_word(void *to, int32_t four)
{
	__builtin_memcpy(__builtin_assume_aligned(to, sizeof(four)), &four, sizeof(four));
}

static inline int32_t pulse_nn_rotate(int32_t x, uint32_t bits)
{
	return (int32_t)((uint32_t)x >> bits | (uint32_t)x << (32 - bits));
}

#endif

#endif /* PULSE_NN_DSP_H_ */
