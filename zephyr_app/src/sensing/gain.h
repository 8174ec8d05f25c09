/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Automatic gain: an LED's reference current halves when its light saturates the converter, and
 * doubles when skin gives too little of it. The signal then starts anew: samples are left out until
 * the LED is lit so, and for longer than a gap, which tells the aligner.
 */
#ifndef PULSE_GAIN_H_
#define PULSE_GAIN_H_

#include <stdbool.h>
#include <stdint.h>

#include <drivers/sensor/ppg.h>

/** Adjust the currents or leave them; on by CONFIG_PULSE_GAIN. Any thread. */
void pulse_gain_enable(bool on);

/**
 * A batch came. In the sampling thread.
 * @return time of the first sample that may go to the aligner, us of uptime; INT64_MAX: none of it
 */
int64_t pulse_gain_batch(const struct pulse_ppg_batch *batch);

/** Steps so far; any thread. */
uint32_t pulse_gain_steps(void);

#endif /* PULSE_GAIN_H_ */
