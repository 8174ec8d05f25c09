/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BMA4xx on I2C, read here. Zephyr 3.7.1's driver does not extend the sign of its 12 bits: -1 LSB
 * comes out as +16 g, cut at the end of its q31.
 */
#ifndef PULSE_BMA4XX_H_
#define PULSE_BMA4XX_H_

#include <stdint.h>

/** Read a sample. @param xyz  PULSE_ACC_LSB_PER_G at +-8 g. @return 0 or the bus's error */
int pulse_bma4xx_read(int16_t xyz[3]);

#endif /* PULSE_BMA4XX_H_ */
