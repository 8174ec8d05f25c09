/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power management. Shut down, the chip keeps its registers; they are written again on resuming all
 * the same, so that a supply which was cut in the meantime does no harm.
 */
#include "max3010x_async.h"
#include "max3010x_chip.h"
#include "max3010x_pm.h"

static int resume(const struct device *dev)
{
	struct max3010x_data *data = dev->data;
	int ret = max3010x_set_up(dev);

	if (ret == 0) {
		data->suspended = false;
		if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
			max3010x_go_on(dev);
		}
	}
	return ret;
}

static int suspend(const struct device *dev)
{
	struct max3010x_data *data = dev->data;

	if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
		max3010x_pause(dev);
	}

	int ret = max3010x_shut_down(dev);

	data->suspended = ret == 0;
	return ret;
}

static int turn_on(const struct device *dev)
{
	int ret = max3010x_identify(dev);

	return ret == 0 ? max3010x_shut_down(dev) : ret;
}

int max3010x_pm(const struct device *dev, enum pm_device_action action)
{
	struct max3010x_data *data = dev->data;
	int ret;

	k_mutex_lock(&data->lock, K_FOREVER);
	switch (action) {
	case PM_DEVICE_ACTION_RESUME:
		ret = resume(dev);
		break;
	case PM_DEVICE_ACTION_SUSPEND:
		ret = suspend(dev);
		break;
	case PM_DEVICE_ACTION_TURN_ON:
		ret = turn_on(dev);
		break;
	case PM_DEVICE_ACTION_TURN_OFF:
		ret = 0;
		break;
	default:
		ret = -ENOTSUP;
	}
	max3010x_unlock(data);
	return ret;
}
