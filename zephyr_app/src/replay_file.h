/* SPDX-License-Identifier: Apache-2.0 */
/* A .pulse file of the host, read through host.h; what is wrong with it ends the program. */
#ifndef PULSE_REPLAY_FILE_H_
#define PULSE_REPLAY_FILE_H_

#include <pulse/replay.h>

struct pulse_replay_file {
	struct pulse_replay replay;
	int handle;
};

/** Open the host's file; an unreadable one ends the program with ERROR and status 1. */
void pulse_replay_file_open(struct pulse_replay_file *file);

/** Say what is wrong with the file and end the program with status 1. */
void pulse_replay_file_fail(const struct pulse_replay_file *file);

#endif /* PULSE_REPLAY_FILE_H_ */
