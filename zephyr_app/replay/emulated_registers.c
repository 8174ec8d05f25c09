/* SPDX-License-Identifier: Apache-2.0 */
#include "emulated_registers.h"

int pulse_emulated_registers_transfer(const struct pulse_emulated_registers *chip,
				      struct i2c_msg *msgs, int count)
{
	uint8_t reg = 0;
	int written = 0;

	for (int m = 0; m < count; m++) {
		for (uint32_t i = 0; i < msgs[m].len; i++) {
			if ((msgs[m].flags & I2C_MSG_READ) != 0) {
				msgs[m].buf[i] = chip->read(reg++);
			} else if (written++ == 0) {
				reg = msgs[m].buf[i];
			} else {
				chip->write(reg++, msgs[m].buf[i]);
			}
		}
	}
	return 0;
}
