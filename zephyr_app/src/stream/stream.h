/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw data stream (docs/stream.md): every sample of both sensors with its time, every result, and
 * the counters once a hop. Nobody waits for it: what finds the buffer full is dropped and counted.
 */
#ifndef PULSE_STREAM_H_
#define PULSE_STREAM_H_

#include <stdbool.h>

/** Make the serial port ready and listen to the samples. Before pulse_acquire_start().
 * @return 0 or negative errno
 */
int pulse_stream_start(void);

/** Send from now on, or no more; any thread. */
void pulse_stream_enable(bool on);

#endif /* PULSE_STREAM_H_ */
