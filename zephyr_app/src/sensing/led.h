/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Current of the LED that is read: the user's, less while the power policy rests. Motion brings it
 * back at once, for as long as no hop that holds the motion has been judged.
 */
#ifndef PULSE_LED_H_
#define PULSE_LED_H_

#include <stdint.h>

/** The accelerometer was started: listen to motion. In the sensors' work queue. */
void pulse_led_motion(void);

/** Set the current at once: the PPG chip is ready, and no stream open. In the sensors' work queue.
 */
void pulse_led_set(void);

/** Bring the current to what it has to be now, from the driver's next batch on. Any context. */
void pulse_led_settle(void);

/** What the LED is lit with, uA, in steps of the chip; any thread. */
uint32_t pulse_led_ua(void);

/** Light goes with the current: counts taken at led_ua, as if it were the user's. */
uint32_t pulse_led_undimmed(uint32_t counts, uint32_t led_ua);

#endif /* PULSE_LED_H_ */
