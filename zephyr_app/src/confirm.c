/* SPDX-License-Identifier: Apache-2.0 */
/* An update on trial is confirmed by its first hop: sensors, threads and estimator work. */
#include <zephyr/dfu/mcuboot.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include "publish.h"

LOG_MODULE_REGISTER(confirm, CONFIG_PULSE_LOG_LEVEL);

static bool done; /* the publisher's thread alone */

static void confirm(struct k_work *work)
{
	int ret = boot_is_img_confirmed() ? 0 : boot_write_img_confirmed();

	ARG_UNUSED(work);
	if (ret != 0) {
		LOG_ERR("update not confirmed: %d", ret);
	}
}

static K_WORK_DEFINE(confirmation, confirm);

/* Writing flash takes a while: not in the publisher's thread. */
static void on_result(const struct zbus_channel *channel)
{
	const struct pulse_result *result = zbus_chan_const_msg(channel);

	if (!done && result->state != PULSE_STALE) {
		done = true;
		(void)k_work_submit(&confirmation);
	}
}

ZBUS_LISTENER_DEFINE(pulse_confirmer, on_result);
ZBUS_CHAN_ADD_OBS(pulse_result_channel, pulse_confirmer, 2);
