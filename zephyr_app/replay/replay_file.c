/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_file.h"

#include <errno.h>
#include <string.h>
#include <zephyr/sys/printk.h>

#include "host.h"

int pulse_replay_file_fail(const struct pulse_replay_file *file, const char *path)
{
	const struct pulse_replay_error *error = &file->replay.error;

	if (error->field == NULL) {
		printk("ERROR %s: expected a readable .pulse file with samples, found none\n",
		       path);
	} else {
		printk("ERROR %s: chunk %u: %s: expected %u, found %u\n", path, error->chunk,
		       error->field, error->expected, error->found);
	}
	return -EIO;
}

int pulse_replay_file_open(struct pulse_replay_file *file, const char *path)
{
	memset(&file->replay.error, 0, sizeof(file->replay.error));
	file->handle = pulse_host_open(path);
	if (file->handle < 0 ||
	    pulse_replay_open(&file->replay, pulse_host_read, &file->handle) != 0) {
		return pulse_replay_file_fail(file, path);
	}
	return 0;
}

void pulse_replay_file_close(struct pulse_replay_file *file)
{
	if (file->handle >= 0) {
		pulse_host_close(file->handle);
	}
	file->handle = -1;
}
