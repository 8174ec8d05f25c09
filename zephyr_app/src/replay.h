/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replay: a recording takes the place of skin and wrist. A kernel timer feeds the emulated sensors
 * sample by sample, each at its own time; all else runs as it would on a wrist.
 */
#ifndef PULSE_REPLAY_RUN_H_
#define PULSE_REPLAY_RUN_H_

/** Replay the host's file and end the emulation: status 0 at its end, 1 with an ERROR line. */
void pulse_replay_run(void);

#endif /* PULSE_REPLAY_RUN_H_ */
