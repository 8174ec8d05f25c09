/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Current of the LED that is read: the user's, less while the power policy rests. Motion brings it
 * back at once, for as long as no hop that holds the motion has been judged.
 */
#ifndef PULSE_LED_H_
#define PULSE_LED_H_

#include <stdint.h>

/** Set the current and listen to motion; the accelerometer has been started, the PPG has not. */
void pulse_led_start(void);

/** Bring the current to what it has to be now, from the driver's next batch on. Any context. */
void pulse_led_settle(void);

/** What the LED is lit with, uA, in steps of the chip; any thread. */
uint32_t pulse_led_ua(void);

/** Light goes with the current: counts taken at led_ua, as if it were the user's. */
uint32_t pulse_led_undimmed(uint32_t counts, uint32_t led_ua);

#endif /* PULSE_LED_H_ */
