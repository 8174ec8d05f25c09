/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated accelerometer (alias pulse-accel) with its interrupts, power modes and faults:
 * BMI160, LSM6DSL or BMA4xx, a file each.
 */
#ifndef PULSE_EMULATED_ACCELEROMETER_H_
#define PULSE_EMULATED_ACCELEROMETER_H_

#include <stdbool.h>
#include <stdint.h>

/** It takes one sample now, PULSE_ACC_LSB_PER_G; none while suspended. Fit for an interrupt. */
void pulse_emulated_accelerometer_push(const int16_t xyz[3]);

/** It does not answer its address, and takes no samples, until told otherwise. */
void pulse_emulated_accelerometer_vanish(bool gone);

/** Power comes back after an instant: suspended, registers at their defaults. */
void pulse_emulated_accelerometer_power_cycle(void);

/** Writes that it lost because they broke the rules of suspend mode, so far. */
uint32_t pulse_emulated_accelerometer_refused(void);

#endif /* PULSE_EMULATED_ACCELEROMETER_H_ */
