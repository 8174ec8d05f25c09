/* SPDX-License-Identifier: Apache-2.0 */
/* For compilers that come without a C library; platform.c has the functions. */
#ifndef STRING_H_
#define STRING_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* STRING_H_ */
