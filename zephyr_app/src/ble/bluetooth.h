/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bluetooth Heart Rate Service (HRS 1.0): the heart rate of every valid result to each
 * subscriber; "contact not detected" once when contact is lost or the sensors say nothing. Beside
 * it stand settings that a bonded phone may write, and the battery's level where a gauge knows it.
 */
#ifndef PULSE_BLUETOOTH_H_
#define PULSE_BLUETOOTH_H_

#include <stdint.h>

/** Start the stack and advertise; again after each disconnection. @return 0 or negative errno */
int pulse_bluetooth_start(void);

/** Results not notified because the host was busy for 8 s; any thread. */
uint32_t pulse_bluetooth_lost(void);

#endif /* PULSE_BLUETOOTH_H_ */
