/* SPDX-License-Identifier: Apache-2.0 */
#include "confirm.h"

#include <zephyr/dfu/mcuboot.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

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
void pulse_confirm_hop(void)
{
	if (!done) {
		done = true;
		(void)k_work_submit(&confirmation);
	}
}
