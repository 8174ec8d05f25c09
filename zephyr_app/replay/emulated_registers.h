/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An accelerometer of registers on I2C (alias pulse-accel): a register's number, then bytes to it
 * or from it, one register each. The chip's file says what its registers do; the rest of
 * emulated_accelerometer.h but for the samples is here.
 */
#ifndef PULSE_EMULATED_REGISTERS_H_
#define PULSE_EMULATED_REGISTERS_H_

#include <stdbool.h>
#include <stdint.h>

struct pulse_emulated_registers {
	uint8_t (*read)(uint8_t reg);
	void (*write)(uint8_t reg, uint8_t value);
	void (*reset)(void); /* to the defaults, as by a loss of power */
};

/** The image's chip; its file defines it. */
extern const struct pulse_emulated_registers pulse_emulated_chip;

/** It does not answer now. */
bool pulse_emulated_registers_gone(void);

#endif /* PULSE_EMULATED_REGISTERS_H_ */
