/* SPDX-License-Identifier: Apache-2.0 */
/* A .pulse file of the host, read through host.h. */
#ifndef PULSE_REPLAY_FILE_H_
#define PULSE_REPLAY_FILE_H_

#include <pulse/replay.h>

struct pulse_replay_file {
	struct pulse_replay replay;
	int handle; /* -1: not open */
};

/** Open the host's file. @return 0; -EIO with an ERROR line printed */
int pulse_replay_file_open(struct pulse_replay_file *file, const char *path);

/** Print the ERROR line of what is wrong with the file. @return -EIO */
int pulse_replay_file_fail(const struct pulse_replay_file *file, const char *path);

/** Close it if it is open. */
void pulse_replay_file_close(struct pulse_replay_file *file);

#endif /* PULSE_REPLAY_FILE_H_ */
