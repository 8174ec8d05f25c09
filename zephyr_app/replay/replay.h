/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replay: a recording takes the place of skin and wrist. A kernel timer feeds the emulated sensors
 * sample by sample, each at its own time; all else runs as it would on a wrist.
 */
#ifndef PULSE_REPLAY_RUN_H_
#define PULSE_REPLAY_RUN_H_

enum pulse_replay_phase {
	PULSE_REPLAY_IDLE, /* none asked for so far */
	PULSE_REPLAY_RUNNING,
	PULSE_REPLAY_ENDED,
	PULSE_REPLAY_FAILED, /* an ERROR line said why */
};

/**
 * Replay files, from the main thread. With a file on the command line: that one, and end the
 * emulation, status 0 at its end, 1 with an ERROR line. In an image with a shell and without such a
 * file: those that pulse_replay_start() asks for, for ever.
 */
void pulse_replay_run(void);

/** Ask for a file; copied. @return 0; -EBUSY: one is running; -ENAMETOOLONG */
int pulse_replay_start(const char *path);

/** How far the latest replay is; any thread. */
enum pulse_replay_phase pulse_replay_phase(void);

#endif /* PULSE_REPLAY_RUN_H_ */
