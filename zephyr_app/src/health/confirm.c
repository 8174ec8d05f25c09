/* SPDX-License-Identifier: Apache-2.0 */
#include "confirm.h"

#include <zephyr/dfu/mcuboot.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

LOG_MODULE_REGISTER(confirm, CONFIG_PULSE_LOG_LEVEL);

#define HOP       BIT(0)
#define BLUETOOTH BIT(1)
#define NEEDED    (HOP | (IS_ENABLED(CONFIG_PULSE_BLUETOOTH) ? BLUETOOTH : 0))

static atomic_t seen;

static void confirm(struct k_work *work)
{
	int ret = boot_is_img_confirmed() ? 0 : boot_write_img_confirmed();

	ARG_UNUSED(work);
	if (ret != 0) {
		LOG_ERR("update not confirmed: %d", ret);
	}
}

static K_WORK_DEFINE(confirmation, confirm);

/* Writing flash takes a while: not in the caller's thread. */
static void see(atomic_val_t what)
{
	atomic_val_t before = atomic_or(&seen, what);

	if (before != NEEDED && (before | what) == NEEDED) {
		(void)k_work_submit(&confirmation);
	}
}

void pulse_confirm_hop(void)
{
	see(HOP);
}

void pulse_confirm_bluetooth(void)
{
	see(BLUETOOTH);
}
