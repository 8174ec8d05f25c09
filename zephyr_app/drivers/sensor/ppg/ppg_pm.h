/* SPDX-License-Identifier: Apache-2.0 */
/* Power management. */
#ifndef PPG_PM_H_
#define PPG_PM_H_

#include <zephyr/pm/device.h>

/** Power management's actions. */
int pulse_ppg_pm(const struct device *dev, enum pm_device_action action);

#endif /* PPG_PM_H_ */
