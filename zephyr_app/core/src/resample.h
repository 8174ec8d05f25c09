/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted means of a run's samples about the time of a frame; private to the aligner. */
#ifndef PULSE_RESAMPLE_H_
#define PULSE_RESAMPLE_H_

#include <pulse/align.h>

/*
 * The run at the ring's head must hold a sample at or before frame_us - PULSE_REACH_US and one
 * at or after frame_us + PULSE_REACH_US. Samples that no later frame looks at are dropped.
 */

/** The frame's PPG, 1/16 counts; counts its own raw samples (31250 us from frame_us on) into hop.
 */
int32_t pulse_resample_ppg(struct pulse_ring *ring, const uint32_t *counts, int64_t frame_us,
			   struct pulse_hop *hop);

/** The frame's acceleration, PULSE_ACC_LSB_PER_G. */
void pulse_resample_acc(struct pulse_ring *ring, int16_t (*acc)[3], int64_t frame_us,
			int16_t out[3]);

#endif /* PULSE_RESAMPLE_H_ */
