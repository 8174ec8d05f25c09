/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the emulated PPG chip's LED is lit with, as its register says: replay only. Each change is a
 * line behind that of the hop in which it came: LED t_us=<of the first sample lit so> ua=<current>
 */
#ifndef PULSE_LED_TRACE_H_
#define PULSE_LED_TRACE_H_

#include <stdint.h>

/** A recording starts: what the LED is lit with now is no change. */
void pulse_led_trace_start(void);

/** The chip takes a sample of this time. Fit for an interrupt. */
void pulse_led_trace_sample(int64_t t_us);

#endif /* PULSE_LED_TRACE_H_ */
