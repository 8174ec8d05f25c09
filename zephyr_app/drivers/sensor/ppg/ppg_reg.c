/* SPDX-License-Identifier: Apache-2.0 */
#include "ppg_reg.h"

#include <errno.h>
#include <zephyr/kernel.h>

int pulse_ppg_write_all(const struct device *dev, const struct pulse_ppg_reg *access,
			const uint8_t settings[][2], int count)
{
	int ret = 0;

	for (int i = 0; ret == 0 && i < count; i++) {
		ret = access->write(dev, settings[i][0], settings[i][1]);
	}
	return ret;
}

int pulse_ppg_reset(const struct device *dev, const struct pulse_ppg_reg *access, uint8_t reg,
		    uint8_t bit)
{
	uint8_t value;
	int ret = access->write(dev, reg, bit);

	for (int ms = 0; ret == 0 && ms < PULSE_PPG_RESET_MS; ms++) {
		ret = access->read(dev, reg, &value);
		if (ret == 0 && (value & bit) == 0) {
			return 0;
		}
		k_msleep(1);
	}
	return ret != 0 ? ret : -ETIMEDOUT;
}
