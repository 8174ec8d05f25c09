/* SPDX-License-Identifier: Apache-2.0 */
#include "bring_up.h"

#include <errno.h>

int pulse_bring_up(const struct device *dev)
{
	if (device_is_ready(dev)) {
		return 0;
	}
	/* Zephyr 3.7 keeps a failure's code although a later try succeeds. */
	dev->state->init_res = 0;

	int ret = device_init(dev);

	if (ret == -ENOENT) {
		/* Not deferred: initialised at boot, in vain. */
		dev->state->init_res = ENODEV;
		return -ENODEV;
	}
	return ret > 0 ? -ret : ret;
}
