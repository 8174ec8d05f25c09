/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Motion, at once: the accelerometer's any-motion interrupt (SENSOR_TRIG_DELTA, alias pulse-accel).
 *
 * It comes over the data-ready's pin and may hold it for as long as the wrist moves, so that no
 * sample would be heard of: it is watched for at rest only, and the first one ends the watch.
 */
#ifndef PULSE_MOTION_H_
#define PULSE_MOTION_H_

#include <stdbool.h>
#include <stdint.h>

/**
 * Set the accelerometer's threshold; after each start of the accelerometer. In the sensors' work
 * queue.
 * @param moved  called in any thread after each motion that was watched for
 * @return 0, or negative errno of a driver without any-motion trigger: nothing will be seen
 */
int pulse_motion_start(void (*moved)(void));

/** Watch for the next motion, or no more. In the sensors' work queue only. */
void pulse_motion_watch(bool on);

/** Uptime of the latest one, us; 0: none. Any thread. */
int64_t pulse_motion_uptime_us(void);

/** How many were seen; any thread. */
uint32_t pulse_motion_count(void);

#endif /* PULSE_MOTION_H_ */
