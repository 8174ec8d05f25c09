/* SPDX-License-Identifier: Apache-2.0 */
#include "bluetooth_pairing.h"

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/drivers/hwinfo.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include "health/reset_record.h"

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

static atomic_t is_open;
static void (*on_change)(void);

static void set_open(bool now_open)
{
	bool was_open = atomic_set(&is_open, now_open);

	if (was_open != now_open && on_change != NULL) {
		on_change();
	}
}

static void close_pairing(struct k_work *work)
{
	ARG_UNUSED(work);
	set_open(false);
}

static K_WORK_DELAYABLE_DEFINE(closing, close_pairing);

static enum bt_security_err judge_pairing(struct bt_conn *connection,
					  const struct bt_conn_pairing_feat *const features)
{
	ARG_UNUSED(connection);
	ARG_UNUSED(features);
	if (atomic_get(&is_open)) {
		return BT_SECURITY_ERR_SUCCESS;
	}
	LOG_WRN("pairing refused: not open");
	return BT_SECURITY_ERR_PAIR_NOT_ALLOWED;
}

static void count_bond(const struct bt_bond_info *info, void *count)
{
	ARG_UNUSED(info);
	++*(int *)count;
}

/*
 * After power-up, which a battery or a reset pin makes, and a chip that cannot tell why; with a
 * button only while nobody is bonded.
 */
static bool opens_at_boot(void)
{
	const uint32_t powered = RESET_POR | RESET_PIN | RESET_BROWNOUT | RESET_USER;
	uint32_t cause = pulse_reset_cause();
	int bonds = 0;

	bt_foreach_bond(BT_ID_DEFAULT, count_bond, &bonds);
	if (IS_ENABLED(CONFIG_PULSE_BUTTON) && bonds > 0) {
		return false;
	}
	return cause == 0 || (cause & powered) != 0;
}

int pulse_pairing_start(void (*changed)(void))
{
	static const struct bt_conn_auth_cb callbacks = {.pairing_accept = judge_pairing};

	if (opens_at_boot()) {
		pulse_pairing_open();
	}
	on_change = changed;
	return bt_conn_auth_cb_register(&callbacks);
}

void pulse_pairing_open(void)
{
	set_open(true);
	(void)k_work_reschedule(&closing, K_SECONDS(CONFIG_PULSE_PAIRING_S));
}

bool pulse_pairing_is_open(void)
{
	return atomic_get(&is_open);
}

int pulse_pairing_forget(void)
{
	int ret = bt_unpair(BT_ID_DEFAULT, BT_ADDR_LE_ANY);

	if (on_change != NULL) {
		on_change();
	}
	return ret;
}
