/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gravity as a check of the accelerometer's range: 64 samples in a row that differ by less than
 * 0.1 g on each axis are rest, and rest is 1 g, +-20 % for what offsets and gain may be off.
 */
#ifndef PULSE_GRAVITY_H_
#define PULSE_GRAVITY_H_

#include <stdint.h>

#define PULSE_GRAVITY_SAMPLES 64

/* All zero at the start. */
struct pulse_gravity {
	int16_t low[3];
	int16_t high[3];
	int32_t sum[3];
	uint16_t count;   /* samples in a row at rest */
	uint32_t checked; /* times that rest was seen */
	uint32_t wrong;   /* of them not 1 g */
};

/** One sample, PULSE_ACC_LSB_PER_G. */
void pulse_gravity_sample(struct pulse_gravity *gravity, const int16_t xyz[3]);

#endif /* PULSE_GRAVITY_H_ */
