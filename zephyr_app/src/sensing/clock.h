/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of samples and results: microseconds, the kernel's uptime plus an epoch. It starts as
 * the uptime. An application that knows the time of day, or replays a recording, sets it before
 * sampling starts.
 */
#ifndef PULSE_CLOCK_H_
#define PULSE_CLOCK_H_

#include <stdint.h>

/** Time of an event that the kernel saw at this uptime. */
int64_t pulse_clock_from_uptime_us(int64_t uptime_us);

/** The uptime at which the clock shows t_us. */
int64_t pulse_clock_to_uptime_us(int64_t t_us);

/** Make the clock show t_us at this uptime. A step of more than 0.1 s starts a new window. */
void pulse_clock_set(int64_t t_us, int64_t uptime_us);

#endif /* PULSE_CLOCK_H_ */
