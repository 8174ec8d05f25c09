/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of the emulated sensors at times of the recording, from a text file beside it,
 * RECORDING.faults: lines "<time in us> <kind> <value>", in the order of time. Kinds:
 *
 *   nack N    the PPG's next N transfers fail
 *   mute N    its next N interrupts are lost
 *   stick 0   its FIFO takes no sample until the chip is reset
 *   reset 0   it loses its power, and has it back at once
 *   vanish ON it does not answer from now on (1), or answers again (0)
 *   acc_vanish ON, acc_reset 0   the same two of the accelerometer
 *   press MS  the button of alias pulse-button is held so long, not a fault in itself
 *   hold MS   the system work queue, Bluetooth's and flash's, is kept busy so long
 *   hold_sensors MS   so is the one that reads the sensors
 *   save UA   not a fault in itself: the user sets the LED current, which is stored
 *   policy ON not a fault in itself: the user turns the power policy on (1) or off (0)
 *   light PERCENT   the PPG sees so much of the recording's light from now on
 *   gain ON   not a fault in itself: LED currents are adjusted to the light (1) or left alone (0)
 *   proximity ON   not a fault in itself: off the wrist, proximity is sensed (1) or not (0)
 *   period NS not a fault in itself: what the driver takes for the PPG's period, at the start
 */
#ifndef PULSE_FAULTS_H_
#define PULSE_FAULTS_H_

#include <stdint.h>

/** Read the file beside a recording; none means no faults. @return 0; -EINVAL with an ERROR line */
int pulse_faults_open(const char *recording);

/** Bring on the faults that are due by this time of the recording. Fit for an interrupt. */
void pulse_faults_until(int64_t t_us);

/** @return what the PPG sees of a recording's counts. Fit for an interrupt. */
uint32_t pulse_faults_light(uint32_t counts);

/** @return what the driver is to take for the PPG's period, ns: `measured` unless a line says else
 */
uint32_t pulse_faults_period_ns(uint32_t measured);

#endif /* PULSE_FAULTS_H_ */
