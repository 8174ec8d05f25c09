/* SPDX-License-Identifier: Apache-2.0 */
/* A byte at a time: a hop copies 3 kB, which is nothing beside its inference. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *to, const void *from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	for (size_t i = 0; i < size; i++) {
		out[i] = in[i];
	}
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	if (out < in) {
		return memcpy(to, from, size);
	}
	for (size_t i = size; i > 0; i--) {
		out[i - 1] = in[i - 1];
	}
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint8_t *out = to;

	for (size_t i = 0; i < size; i++) {
		out[i] = (uint8_t)value;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *left = a;
	const uint8_t *right = b;

	for (size_t i = 0; i < size; i++) {
		if (left[i] != right[i]) {
			return left[i] - right[i];
		}
	}
	return 0;
}
