/* SPDX-License-Identifier: Apache-2.0 */
/* I2C to a chip of registers: a register's number, then bytes to it or from it, one register each.
 */
#ifndef PULSE_EMULATED_REGISTERS_H_
#define PULSE_EMULATED_REGISTERS_H_

#include <stdint.h>
#include <zephyr/drivers/i2c.h>

struct pulse_emulated_registers {
	uint8_t (*read)(uint8_t reg);
	void (*write)(uint8_t reg, uint8_t value);
};

/** Carry out a transfer. @return 0 */
int pulse_emulated_registers_transfer(const struct pulse_emulated_registers *chip,
				      struct i2c_msg *msgs, int count);

#endif /* PULSE_EMULATED_REGISTERS_H_ */
