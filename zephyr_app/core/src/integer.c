/* SPDX-License-Identifier: Apache-2.0 */
#include "integer.h"

int pulse_bit_length(uint32_t n)
{
#ifdef __GNUC__
	return n != 0 ? 32 - __builtin_clz(n) : 0;
#else
	int length = 0;

	for (; n != 0; n >>= 1) {
		length++;
	}
	return length;
#endif
}

/* Floors of the roots of 256 i, from i = 64 on. */
static const uint8_t roots[192] = {
	128, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144,
	144, 145, 146, 147, 148, 149, 150, 150, 151, 152, 153, 154, 155, 155, 156, 157, 158, 159,
	160, 160, 161, 162, 163, 163, 164, 165, 166, 167, 167, 168, 169, 170, 170, 171, 172, 173,
	173, 174, 175, 176, 176, 177, 178, 178, 179, 180, 181, 181, 182, 183, 183, 184, 185, 185,
	186, 187, 187, 188, 189, 189, 190, 191, 192, 192, 193, 193, 194, 195, 195, 196, 197, 197,
	198, 199, 199, 200, 201, 201, 202, 203, 203, 204, 204, 205, 206, 206, 207, 208, 208, 209,
	209, 210, 211, 211, 212, 212, 213, 214, 214, 215, 215, 216, 217, 217, 218, 218, 219, 219,
	220, 221, 221, 222, 222, 223, 224, 224, 225, 225, 226, 226, 227, 227, 228, 229, 229, 230,
	230, 231, 231, 232, 232, 233, 234, 234, 235, 235, 236, 236, 237, 237, 238, 238, 239, 240,
	240, 241, 241, 242, 242, 243, 243, 244, 244, 245, 245, 246, 246, 247, 247, 248, 248, 249,
	249, 250, 250, 251, 251, 252, 252, 253, 253, 254, 254, 255,
};

/* Roots of n that are normalised: one of the two highest of their 16, 32 or 64 bits is set. */
static uint32_t root16(uint32_t n)
{
	uint32_t root = roots[(n >> 8) - 64];

	while ((root + 1) * (root + 1) <= n) {
		root++;
	}
	return root;
}

/*
 * The next digit of a root by division (Zimmermann, "Karatsuba Square Root", 1999): the upper
 * half's root and remainder give one that is at most a little too large.
 */
static uint32_t root32(uint32_t n)
{
	uint32_t high = root16(n >> 16);
	uint32_t digit = (((n >> 16) - high * high) << 8 | (n >> 8 & 255)) / (2 * high);
	uint32_t root = (high << 8) + (digit < 255 ? digit : 255);

	while (root * root > n) {
		root--;
	}
	return root;
}

static uint32_t root64(uint64_t n)
{
	uint32_t upper = (uint32_t)(n >> 32);
	uint32_t high = root32(upper);
	uint32_t digit = ((upper - high * high) << 15 | (uint32_t)n >> 17) / high;
	uint32_t root = (high << 16) + (digit < 65535 ? digit : 65535);

	while ((uint64_t)root * root > n) {
		root--;
	}
	return root;
}

uint32_t pulse_isqrt(uint64_t n)
{
	uint32_t upper = (uint32_t)(n >> 32);

	if (upper != 0) {
		int shift = (32 - pulse_bit_length(upper)) & ~1;

		return root64(n << shift) >> (shift / 2);
	}
	uint32_t lower = (uint32_t)n;

	if (lower == 0) {
		return 0;
	}
	if (lower < 1 << 16) {
		int shift = (16 - pulse_bit_length(lower)) & ~1;

		return root16(lower << shift) >> (shift / 2);
	}
	int shift = (32 - pulse_bit_length(lower)) & ~1;

	return root32(lower << shift) >> (shift / 2);
}
