/* SPDX-License-Identifier: Apache-2.0 */
#include "semihosting.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "platform.h"

/* Operation numbers of the specification. */
#define SYS_OPEN          0x01
#define SYS_WRITE0        0x04
#define SYS_READ          0x06
#define SYS_GET_CMDLINE   0x15
#define SYS_EXIT_EXTENDED 0x20

#define OPEN_READ_BINARY 1
#define APPLICATION_EXIT 0x20026 /* ADP_Stopped_ApplicationExit */

static intptr_t call(intptr_t operation, const void *parameters)
{
	register intptr_t r0 __asm__("r0") = operation;
	register const void *r1 __asm__("r1") = parameters;

	__asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
	return r0;
}

void semihosting_write(const char *text)
{
	call(SYS_WRITE0, text);
}

void semihosting_exit(int status)
{
	const intptr_t parameters[2] = {APPLICATION_EXIT, status};

	for (;;) {
		call(SYS_EXIT_EXTENDED, parameters);
	}
}

const char *platform_argument(void)
{
	static char line[1024];
	struct {
		char *buffer;
		intptr_t size;
	} parameters = {line, sizeof(line)};

	if (call(SYS_GET_CMDLINE, &parameters) != 0) {
		return "";
	}
	/* "program argument"; the argument may contain spaces. */
	const char *space = strchr(line, ' ');

	return space != NULL ? space + 1 : "";
}

int platform_open(const char *path)
{
	const intptr_t parameters[3] = {(intptr_t)path, OPEN_READ_BINARY, (intptr_t)strlen(path)};

	return (int)call(SYS_OPEN, parameters);
}

size_t platform_read(void *context, void *buffer, size_t size)
{
	const intptr_t parameters[3] = {*(const int *)context, (intptr_t)buffer, (intptr_t)size};
	intptr_t missing = call(SYS_READ, parameters);

	/* The number of bytes not read; more than asked for is an error. */
	return missing >= 0 && (size_t)missing <= size ? size - (size_t)missing : 0;
}

void platform_line(const char *text)
{
	semihosting_write(text);
	semihosting_write("\n");
}
