/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Currents of the LEDs. Each LED has a reference: the current that devicetree states, times the
 * power of two that the gain (gain.h) has come to. It is lit with the user's share of that, less
 * while the power policy rests; counts are scaled to what the reference would give. So neither the
 * user nor the policy makes a step in the signal, and "dark" is a matter of the skin and not of the
 * current. Motion ends the policy's rest at once, for as long as no hop that holds the motion has
 * been judged.
 */
#ifndef PULSE_LED_H_
#define PULSE_LED_H_

#include <stdbool.h>
#include <stdint.h>

#include <drivers/sensor/ppg.h>

/** The accelerometer was started: listen to motion. In the sensors' work queue. */
void pulse_led_motion(void);

/** Set the currents at once: the PPG chip is ready, and no stream open. In the sensors' work queue.
 */
void pulse_led_set(void);

/** Bring the currents to what they have to be now, from the driver's next batch on. Any context. */
void pulse_led_settle(void);

/** What the first channel's LED is lit with, uA, in steps of the chip; any thread. */
uint32_t pulse_led_ua(void);

/**
 * Move the reference of a channel's LED by `doublings`; pulse_led_settle() brings it about. The
 * sampling thread only.
 * @return whether it moved: not beyond CONFIG_PULSE_LED_MAX_UA, nor below a step of the chip
 */
bool pulse_led_change_gain(int channel, int doublings);

/** Doublings of a channel's LED so far, negative: halvings; any thread. */
int pulse_led_gain(int channel);

/** Full scale is 2^18 - 1 whatever the chip's: a channel's counts as with its LED's reference. */
uint32_t pulse_led_scaled(const struct pulse_ppg_batch *batch, int sample, int channel);

/** The batch was taken with the currents that are wanted now. The sampling thread only. */
bool pulse_led_settled(const struct pulse_ppg_batch *batch);

#endif /* PULSE_LED_H_ */
