/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Off the wrist: after CONFIG_PULSE_PROXIMITY_AFTER_S without skin the PPG goes to proximity
 * sensing, where its LED is faint, until skin is there again. Batches pause meanwhile, and the last
 * result stands: no contact.
 */
#ifndef PULSE_ABSENCE_H_
#define PULSE_ABSENCE_H_

#include <stdbool.h>
#include <stdint.h>

#include <drivers/sensor/ppg.h>

/** Sense proximity or leave the LEDs lit; on by CONFIG_PULSE_PROXIMITY. Any thread. */
void pulse_absence_enable(bool on);

/** A batch came. In the sampling thread. */
void pulse_absence_batch(const struct pulse_ppg_batch *batch);

/** The chip senses proximity now; any thread. */
bool pulse_absence_sensing(void);

#endif /* PULSE_ABSENCE_H_ */
