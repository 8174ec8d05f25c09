/* SPDX-License-Identifier: Apache-2.0 */
/* The serial port of the raw data stream (chosen pulse,stream-uart) and what waits to leave it. */
#ifndef PULSE_STREAM_PORT_H_
#define PULSE_STREAM_PORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Make the port ready. @return 0 or negative errno */
int pulse_stream_port_start(void);

/** Queue a frame, all of it or nothing; any thread, never blocks. @return false: no room */
bool pulse_stream_port_put(const uint8_t *frame, size_t length);

#endif /* PULSE_STREAM_PORT_H_ */
