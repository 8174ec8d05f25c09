/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_file.h"

#include <zephyr/sys/printk.h>

#include "host.h"

void pulse_replay_file_fail(const struct pulse_replay_file *file)
{
	const struct pulse_replay_error *error = &file->replay.error;
	const char *path = pulse_host_file();

	if (error->field == NULL) {
		printk("ERROR %s: expected a readable .pulse file with samples, found none\n",
		       path);
	} else {
		printk("ERROR %s: chunk %u: %s: expected %u, found %u\n", path, error->chunk,
		       error->field, error->expected, error->found);
	}
	pulse_host_exit(1);
}

void pulse_replay_file_open(struct pulse_replay_file *file)
{
	file->handle = pulse_host_open(pulse_host_file());
	if (file->handle < 0 ||
	    pulse_replay_open(&file->replay, pulse_host_read, &file->handle) != 0) {
		pulse_replay_file_fail(file);
	}
}
