/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_EMULATED_ACCELEROMETER_H_
#define PULSE_EMULATED_ACCELEROMETER_H_

#include <stdint.h>

/** Zephyr's emulated BMI160 takes one sample now, PULSE_ACC_LSB_PER_G. Fit for an interrupt. */
void pulse_emulated_accelerometer_push(const int16_t xyz[3]);

#endif /* PULSE_EMULATED_ACCELEROMETER_H_ */
