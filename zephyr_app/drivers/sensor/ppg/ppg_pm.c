/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power management. All registers are written again on resuming, so that a supply which was cut in
 * the meantime does no harm.
 */
#include "ppg_pm.h"

#include "ppg_ops.h"
#include "ppg_stream.h"

static int resume(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	int ret = pulse_ppg_set_up(dev);

	if (ret == 0) {
		data->suspended = false;
		if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
			pulse_ppg_go_on(dev);
		}
	}
	return ret;
}

static int suspend(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;

	if (IS_ENABLED(CONFIG_SENSOR_ASYNC_API)) {
		pulse_ppg_pause(dev);
	}

	int ret = pulse_ppg_shut_down(dev);

	data->suspended = ret == 0;
	return ret;
}

static int turn_on(const struct device *dev)
{
	int ret = pulse_ppg_identify(dev);

	return ret == 0 ? pulse_ppg_shut_down(dev) : ret;
}

int pulse_ppg_pm(const struct device *dev, enum pm_device_action action)
{
	struct pulse_ppg_data *data = dev->data;
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
	pulse_ppg_unlock(data);
	return ret;
}
