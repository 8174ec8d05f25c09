/* SPDX-License-Identifier: Apache-2.0 */
#include "integer.h"

int pulse_bit_length(uint64_t n)
{
	int length = 0;

	for (int step = 32; step > 0; step >>= 1) {
		if (n >> step != 0) {
			n >>= step;
			length += step;
		}
	}
	return length + (n != 0);
}

/* Root of n < 2^16, a bit a turn. */
static uint32_t root16(uint32_t n)
{
	uint32_t root = 0;

	for (uint32_t bit = 1 << 14; bit != 0; bit >>= 2) {
		if (n >= root + bit) {
			n -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

/*
 * The next digit of a root by division (Zimmermann, "Karatsuba Square Root", 1999): for n
 * normalised to have one of its two highest bits set, the upper half's root and remainder give a
 * digit that is at most a little too large.
 */
static uint32_t root32(uint32_t n)
{
	uint32_t high = root16(n >> 16);
	uint32_t digit = ((n >> 16) - high * high) << 8 | (n >> 8 & 255);

	digit /= 2 * high;
	high = (high << 8) + (digit < 255 ? digit : 255);
	while (high * high > n) {
		high--;
	}
	return high;
}

uint32_t pulse_isqrt(uint64_t n)
{
	if (n < 1 << 16) {
		return root16((uint32_t)n);
	}
	int shift = (64 - pulse_bit_length(n)) & ~1;

	n <<= shift;

	uint32_t half = (uint32_t)(n >> 32);
	uint32_t high = root32(half);
	uint32_t digit = ((half - high * high) << 15 | (uint32_t)n >> 17) / high;
	uint32_t root = (high << 16) + (digit < 65535 ? digit : 65535);

	while ((uint64_t)root * root > n) {
		root--;
	}
	return root >> (shift / 2);
}
