/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_WITHOUT_MOTION_H_
#define PULSE_WITHOUT_MOTION_H_

#include <stdint.h>

#include <pulse/result.h>

/** What a state is worth where a stand-in for rest took the place of the accelerometer. */
static inline uint8_t pulse_without_motion(uint8_t state)
{
	return state == PULSE_VALID || state == PULSE_NO_PULSE || state == PULSE_RATE_UNCERTAIN
		       ? PULSE_MOTION_UNCERTAIN
		       : state;
}

#endif /* PULSE_WITHOUT_MOTION_H_ */
