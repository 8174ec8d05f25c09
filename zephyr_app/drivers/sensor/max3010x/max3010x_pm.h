/* SPDX-License-Identifier: Apache-2.0 */
/* Power management. */
#ifndef MAX3010X_PM_H_
#define MAX3010X_PM_H_

#include <zephyr/pm/device.h>

/** Power management's actions. */
int max3010x_pm(const struct device *dev, enum pm_device_action action);

#endif /* MAX3010X_PM_H_ */
