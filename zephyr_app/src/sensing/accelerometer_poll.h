/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An accelerometer whose driver has no data-ready trigger, or whose interrupt fell silent: read
 * CONFIG_PULSE_ACC_RATE_HZ times a second in the sensors' work queue. A sample's time is that of
 * its read, up to a period after the chip took it.
 */
#ifndef PULSE_ACCELEROMETER_POLL_H_
#define PULSE_ACCELEROMETER_POLL_H_

#include <stdint.h>

#include "accelerometer.h"

/**
 * Read from now on; once more, nothing changes.
 * @param take  gets each sample, in the sensors' work queue
 */
void pulse_accelerometer_poll(void (*take)(const struct pulse_acc_sample *sample));

/** Reads that were late or that the bus refused; any thread. */
uint32_t pulse_accelerometer_poll_lost(void);

#endif /* PULSE_ACCELEROMETER_POLL_H_ */
