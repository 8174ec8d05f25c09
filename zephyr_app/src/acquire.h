/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acquisition: both sensors' samples become hops, which go to the inference. The sampling thread
 * wakes once a PPG batch and never waits for anything else.
 */
#ifndef PULSE_ACQUIRE_H_
#define PULSE_ACQUIRE_H_

#include <stddef.h>
#include <stdint.h>
#include <zephyr/drivers/sensor.h>

/** The PPG channel that is read: the first slot's LED. */
extern const struct sensor_chan_spec pulse_acquire_channel;

struct pulse_acquire_counters {
	uint32_t batches;
	uint32_t ppg_samples;
	uint32_t ppg_errors; /* batches that the driver reported as failed */
	uint32_t acc_samples;
};

/** Start both sensors and the sampling thread. @return 0, or negative errno of the first failure */
int pulse_acquire_start(void);

/** Copy of the counters; any thread. */
void pulse_acquire_counters(struct pulse_acquire_counters *out);

/** Bytes of the sampling thread's stack never used so far. */
size_t pulse_acquire_stack_left(void);

#endif /* PULSE_ACQUIRE_H_ */
