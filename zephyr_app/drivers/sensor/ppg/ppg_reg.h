/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that chips with a register file share, whatever their bus. Callers hold the lock. */
#ifndef PPG_REG_H_
#define PPG_REG_H_

#include <stdint.h>
#include <zephyr/device.h>

/* Access to one 8-bit register. Both return 0 or a bus error. */
struct pulse_ppg_reg {
	int (*write)(const struct device *dev, uint8_t reg, uint8_t value);
	int (*read)(const struct device *dev, uint8_t reg, uint8_t *value);
};

/** Write pairs of register and value, in order, up to the first error. @return 0 or a bus error */
int pulse_ppg_write_all(const struct device *dev, const struct pulse_ppg_reg *access,
			const uint8_t settings[][2], int count);

/**
 * Set the bit that resets the chip, and wait until the chip has cleared it.
 * @return 0, a bus error, or -ETIMEDOUT after PULSE_PPG_RESET_MS
 */
int pulse_ppg_reset(const struct device *dev, const struct pulse_ppg_reg *access, uint8_t reg,
		    uint8_t bit);

#define PULSE_PPG_RESET_MS 10 /* data sheets state no reset time */

#endif /* PPG_REG_H_ */
