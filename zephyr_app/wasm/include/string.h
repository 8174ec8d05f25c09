/* SPDX-License-Identifier: Apache-2.0 */
/* What the core needs of a C library, for targets without one; string.c has it. */
#ifndef PULSE_WASM_STRING_H_
#define PULSE_WASM_STRING_H_

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif /* PULSE_WASM_STRING_H_ */
