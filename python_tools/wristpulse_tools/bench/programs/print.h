/* SPDX-License-Identifier: Apache-2.0 */
/* How a benchmark's figures reach the host: a line each, "<name> <value>". */
#ifndef BENCH_PRINT_H_
#define BENCH_PRINT_H_

#include <pulse/text.h>

#include "platform.h"

/* Not inlined: its line would count as the stack of what is measured. */
static __attribute__((noinline, unused)) void print(const char *name, uint32_t value)
{
	char line[48];
	struct pulse_text text = pulse_text_in(line, sizeof(line));

	pulse_text_add(&text, name);
	pulse_text_add(&text, " ");
	pulse_text_int(&text, value);
	platform_line(line);
}

#endif /* BENCH_PRINT_H_ */
