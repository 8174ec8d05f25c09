/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of text made of words and integers, for images whose C library has no 64-bit printf or
 * none at all. What does not fit is left out.
 */
#ifndef PULSE_TEXT_H_
#define PULSE_TEXT_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A caller's buffer that fills from the left; always ends in a zero. */
struct pulse_text {
	char *buffer;
	size_t size; /* at least 1 */
	size_t length;
};

/** Empty line in a buffer of size bytes. */
struct pulse_text pulse_text_in(char *buffer, size_t size);

/** Append a string. */
void pulse_text_add(struct pulse_text *text, const char *string);

/** Append a decimal number. */
void pulse_text_int(struct pulse_text *text, int64_t value);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_TEXT_H_ */
