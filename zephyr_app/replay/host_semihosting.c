/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zephyr/arch/common/semihost.h>
#include <zephyr/toolchain.h>

#include "host.h"

#define EXIT_EXTENDED    0x20    /* SYS_EXIT_EXTENDED, which Zephyr does not name */
#define APPLICATION_EXIT 0x20026 /* ADP_Stopped_ApplicationExit */

const char *pulse_host_file(void)
{
	static char line[1024];
	struct {
		char *buffer;
		long size;
	} arguments = {line, sizeof(line)};

	if (semihost_exec(SEMIHOST_GET_CMDLINE, &arguments) != 0) {
		return "";
	}
	/* "program file"; the file's name may contain spaces. */
	const char *space = strchr(line, ' ');

	return space != NULL ? space + 1 : "";
}

int pulse_host_open(const char *path)
{
	return (int)semihost_open(path, SEMIHOST_OPEN_RB);
}

void pulse_host_close(int handle)
{
	(void)semihost_close(handle);
}

size_t pulse_host_read(void *context, void *buffer, size_t size)
{
	struct {
		long handle;
		void *buffer;
		long size;
	} arguments = {*(const int *)context, buffer, (long)size};
	/* How many bytes are missing; semihost_read() cannot tell a short read. */
	long missing = semihost_exec(SEMIHOST_READ, &arguments);

	return missing >= 0 && (size_t)missing <= size ? size - (size_t)missing : 0;
}

void pulse_host_exit(int status)
{
	long arguments[2] = {APPLICATION_EXIT, status};

	(void)semihost_exec((enum semihost_instr)EXIT_EXTENDED, arguments);
	CODE_UNREACHABLE;
}
