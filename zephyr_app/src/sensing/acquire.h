/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acquisition: both sensors' samples become hops, which go to the inference. The sampling thread
 * wakes once a PPG batch and never waits for anything else.
 */
#ifndef PULSE_ACQUIRE_H_
#define PULSE_ACQUIRE_H_

#include <stddef.h>
#include <stdint.h>

#include <pulse/align.h>

/* Called in the sampling thread for what goes to the aligner, in order of time; must not block. */
struct pulse_sample_listener {
	/*
	 * us on the samples' clock; counts of each channel with its LED's reference current
	 * (led.h), of 2^18 - 1 at full scale
	 */
	void (*ppg)(int64_t t_us, const uint32_t *counts, int channels);
	/* PULSE_ACC_LSB_PER_G */
	void (*acc)(int64_t t_us, const int16_t xyz[3]);
	/* All samples of a PPG batch, and those of the accelerometer until then, have been told. */
	void (*batch_end)(void);
};

struct pulse_acquire_counters {
	uint32_t batches;
	uint32_t ppg_samples;
	uint32_t ppg_errors; /* batches that the driver reported as failed */
	uint32_t acc_samples;
	struct pulse_align_counters align;
	uint32_t acc_stand_ins; /* rest, in place of an accelerometer that does not deliver */
};

/** Tell a listener, one at most, of every sample. Before pulse_acquire_start(). */
void pulse_acquire_listen(const struct pulse_sample_listener *listener);

/**
 * Start the sampling thread and both sensors. One that does not answer is tried again, and hops
 * come as soon as the PPG delivers: see supervisor.h. Once.
 */
void pulse_acquire_start(void);

/** Copy of the counters; any thread. */
void pulse_acquire_counters(struct pulse_acquire_counters *out);

/** Bytes of the sampling thread's stack never used so far. */
size_t pulse_acquire_stack_left(void);

#endif /* PULSE_ACQUIRE_H_ */
