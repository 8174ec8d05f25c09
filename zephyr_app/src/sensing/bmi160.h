/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BMI160 on I2C, set up while it is awake. Zephyr 3.7's driver leaves the chip suspended under
 * CONFIG_PM_DEVICE_RUNTIME and writes its settings there back to back, one of them as a burst. In
 * suspend the chip takes no burst, and needs a pause of 450 us after each write (BST-BMI160-DS000,
 * 3.2.4; Bosch's own driver obeys): the range, the rate or the interrupt's map may be lost.
 */
#ifndef PULSE_BMI160_H_
#define PULSE_BMI160_H_

#include <stdbool.h>

/** Whether the chip answers with its number. @return 0, -ENODEV or the bus's error */
int pulse_bmi160_probe(void);

/**
 * Wake the accelerometer, write range, rate and interrupt map, and read each back.
 * @param anew  reset the chip first: it was silent. Its interrupts are then off.
 * @return 0; -EIO: a register does not hold what was written; or the bus's error
 */
int pulse_bmi160_configure(bool anew);

#endif /* PULSE_BMI160_H_ */
