/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted means of a run's samples about the time of a frame; private to the aligner. */
#ifndef PULSE_RESAMPLE_H_
#define PULSE_RESAMPLE_H_

#include <pulse/align.h>

/*
 * The run at the ring's head must hold a sample at or before frame_us - PULSE_REACH_US and one
 * at or after frame_us + PULSE_REACH_US. Samples that no later frame looks at are dropped.
 */

/* A frame's own raw samples of an LED (31250 us from frame_us on): how many, and how many so. */
struct pulse_tally {
	uint32_t samples;
	uint32_t saturated;
	uint32_t dark;
};

/** The frame's PPG, 1/16 counts; adds its own raw samples to the tally. */
int32_t pulse_resample_ppg(struct pulse_ring *ring, const uint32_t *counts, int64_t frame_us,
			   struct pulse_tally *tally);

/** The frame's acceleration, PULSE_ACC_LSB_PER_G. */
void pulse_resample_acc(struct pulse_ring *ring, int16_t (*acc)[3], int64_t frame_us,
			int16_t out[3]);

#endif /* PULSE_RESAMPLE_H_ */
