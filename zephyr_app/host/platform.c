/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h on a POSIX host: nothing is counted there. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "platform.h"

static const char *argument = "";

const char *platform_argument(void)
{
	return argument;
}

int platform_open(const char *path)
{
	return open(path, O_RDONLY);
}

size_t platform_read(void *context, void *buffer, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t got = read(*(const int *)context, (char *)buffer + have, size - have);

		if (got <= 0) {
			break;
		}
		have += (size_t)got;
	}
	return have;
}

void platform_line(const char *text)
{
	puts(text);
}

uint32_t platform_counter(void)
{
	return 0;
}

uint32_t platform_instructions_between(uint32_t before, uint32_t after)
{
	return after - before;
}

uint32_t platform_stack(void)
{
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		argument = argv[1];
	}
	return program();
}
