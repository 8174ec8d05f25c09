/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hop: two seconds of both sensors on one 32 Hz grid. It is what the aligner makes, what a
 * message queue carries from the sampling thread to the inference thread, and what the estimator
 * eats. A plain value, no pointers: copy it freely.
 */
#ifndef PULSE_HOP_H_
#define PULSE_HOP_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/numbers.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PULSE_HOP_US  (PULSE_FRAME_US * PULSE_HOP_FRAMES)
#define PULSE_PPG_MAX ((1 << PULSE_PPG_BITS) - 1) /* full scale, counts */

struct pulse_hop {
	/* Time of the last frame + PULSE_FRAME_US, microseconds on the samples' clock. */
	int64_t end_us;
	/* 1/16 sensor counts, 0 .. 16 * PULSE_PPG_MAX. */
	int32_t ppg[PULSE_HOP_FRAMES];
	/* X, Y, Z at PULSE_ACC_LSB_PER_G. */
	int16_t acc[PULSE_HOP_FRAMES][3];
	/* Raw PPG samples within the hop: at either rail; below PULSE_DARK_COUNTS; all of them. */
	uint16_t saturated;
	uint16_t dark;
	uint16_t samples;
	/* Samples were missing between the previous hop and this one. */
	bool discontinuous;
};

#ifdef __cplusplus
}
#endif
#endif /* PULSE_HOP_H_ */
