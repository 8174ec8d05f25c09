/* SPDX-License-Identifier: Apache-2.0 */
#include <nsi_host_trampolines.h>
#include <nsi_main.h>
#include <cmdline.h>
#include <soc.h>

#include "host.h"

#define O_RDONLY 0 /* the host's; its fcntl.h is not for embedded code */

static char *file;

static void add_options(void)
{
	static struct args_struct_t options[] = {
		{.option = "replay",
		 .name = "file",
		 .type = 's',
		 .dest = (void *)&file,
		 .descript = "Recording (.pulse) to replay through the emulated sensors"},
		ARG_TABLE_ENDMARKER};

	native_add_command_line_opts(options);
}

NATIVE_TASK(add_options, PRE_BOOT_1, 1);

const char *pulse_host_file(void)
{
	return file != NULL ? file : "";
}

int pulse_host_open(const char *path)
{
	return nsi_host_open(path, O_RDONLY);
}

void pulse_host_close(int handle)
{
	(void)nsi_host_close(handle);
}

size_t pulse_host_read(void *context, void *buffer, size_t size)
{
	size_t done = 0;
	long count;

	do {
		count = nsi_host_read(*(const int *)context, (char *)buffer + done, size - done);
		done += count > 0 ? count : 0;
	} while (count > 0 && done < size);
	return done;
}

void pulse_host_exit(int status)
{
	nsi_exit(status);
}
