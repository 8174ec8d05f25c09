/* SPDX-License-Identifier: Apache-2.0 */
/* Integer arithmetic of docs/signal_path.md, private to the core. */
#ifndef PULSE_INTEGER_H_
#define PULSE_INTEGER_H_

#include <stdint.h>

/* A C99 static assertion, at file scope. */
#define PULSE_ASSERT(condition) extern const char pulse_assert_holds[(condition) ? 1 : -1]

/* `>>` on a negative value is implementation-defined in C99; every compiler used here shifts the
 * sign in. */
PULSE_ASSERT((-3 >> 1) == -2);

/* Towards minus infinity; b > 0. */
static inline int64_t pulse_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* To nearest, halves up; b > 0. */
static inline int64_t pulse_round_div(int64_t a, int64_t b)
{
	return pulse_floor_div(a + b / 2, b);
}

/** a b / 2^32 to nearest, halves up. */
static inline int32_t pulse_high_rounded(int32_t a, int32_t b)
{
#ifdef __ARM_FEATURE_DSP
	int32_t high;

	__asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(a), "r"(b));
	return high;
#else
	return (int32_t)(((int64_t)a * b + (1u << 31)) >> 32);
#endif
}

/** Position of the highest set bit, from 1; 0 for 0. */
int pulse_bit_length(uint32_t n);

/** Floor of the square root. */
uint32_t pulse_isqrt(uint64_t n);

#endif /* PULSE_INTEGER_H_ */
