/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_EMULATED_ACCELEROMETER_H_
#define PULSE_EMULATED_ACCELEROMETER_H_

#include <stdint.h>

/** Make Zephyr's emulated BMI160 report data ready on its interrupts. @return 0 or negative errno
 */
int pulse_emulated_accelerometer_init(void);

/** It takes one sample now, PULSE_ACC_LSB_PER_G. Fit for an interrupt. */
void pulse_emulated_accelerometer_push(const int16_t xyz[3]);

#endif /* PULSE_EMULATED_ACCELEROMETER_H_ */
