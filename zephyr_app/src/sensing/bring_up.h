/* SPDX-License-Identifier: Apache-2.0 */
/* Initialise a device, as often as it takes: Zephyr does it once, at boot. */
#ifndef PULSE_BRING_UP_H_
#define PULSE_BRING_UP_H_

#include <zephyr/device.h>

/**
 * Make a device ready whose node says zephyr,deferred-init. May block for its bus; one thread.
 * @return 0 if it is ready, its driver's negative errno, or -ENODEV: it failed at boot, and its
 * node allows no second try
 */
int pulse_bring_up(const struct device *dev);

#endif /* PULSE_BRING_UP_H_ */
