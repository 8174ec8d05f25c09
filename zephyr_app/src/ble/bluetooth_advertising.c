/* SPDX-License-Identifier: Apache-2.0 */
#include "bluetooth_advertising.h"

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gap.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include "bluetooth_accept_list.h"
#include "bluetooth_pairing.h"
#include "health/confirm.h"

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

#define FAST_FOR K_SECONDS(30)

static const struct bt_data advertisement[] = {
	BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
	BT_DATA_BYTES(BT_DATA_UUID16_ALL, BT_UUID_16_ENCODE(BT_UUID_HRS_VAL)),
	BT_DATA(BT_DATA_NAME_COMPLETE, CONFIG_BT_DEVICE_NAME, sizeof(CONFIG_BT_DEVICE_NAME) - 1),
};

/* Who may connect: all, or with CONFIG_PULSE_ACCEPT_LIST bonded phones while pairing is closed. */
static uint32_t filter(void)
{
	if (!IS_ENABLED(CONFIG_PULSE_ACCEPT_LIST)) {
		return 0;
	}
	if (pulse_pairing_is_open() || !pulse_accept_list_fill()) {
		return 0;
	}
	return BT_LE_ADV_OPT_FILTER_CONN;
}

/* From a start to a stop, or to the connection that ends it. */
static atomic_t advertising;

/* The accept list changes only while nothing advertises. */
static int start(uint32_t interval_min, uint32_t interval_max)
{
	if (!atomic_cas(&advertising, false, true)) {
		return -EALREADY;
	}

	uint32_t options = BT_LE_ADV_OPT_CONNECTABLE | BT_LE_ADV_OPT_ONE_TIME | filter();
	const struct bt_le_adv_param *param =
		BT_LE_ADV_PARAM(options, interval_min, interval_max, NULL);

	int ret = bt_le_adv_start(param, advertisement, ARRAY_SIZE(advertisement), NULL, 0);

	if (ret != 0) {
		atomic_clear(&advertising);
	}
	return ret;
}

/* The host then recycles a connection object, which asks for advertising again. */
static int stop(void)
{
	atomic_clear(&advertising);
	return bt_le_adv_stop();
}

static void slow_down(struct k_work *work)
{
	int ret = stop();

	ARG_UNUSED(work);
	if (ret == 0) {
		ret = start(BT_GAP_ADV_SLOW_INT_MIN, BT_GAP_ADV_SLOW_INT_MAX);
	}
	if (ret != 0) {
		LOG_WRN("slow advertising: %d", ret);
	}
}

static K_WORK_DELAYABLE_DEFINE(slowing, slow_down);

int pulse_advertising_start(void)
{
	int ret = start(BT_GAP_ADV_FAST_INT_MIN_2, BT_GAP_ADV_FAST_INT_MAX_2);

	if (ret == 0) {
		pulse_confirm_bluetooth();
		(void)k_work_reschedule(&slowing, FAST_FOR);
	}
	return ret;
}

static void advertise_again(struct k_work *work)
{
	int ret = pulse_advertising_start();

	ARG_UNUSED(work);
	/* As many phones as there may be; or it goes on for another reason. */
	if (ret != 0 && ret != -ENOMEM && ret != -ECONNREFUSED && ret != -EALREADY) {
		LOG_WRN("advertising: %d", ret);
	}
}

static K_WORK_DEFINE(again, advertise_again);

static void on_connected(struct bt_conn *connection, uint8_t error)
{
	ARG_UNUSED(connection);
	ARG_UNUSED(error);
	atomic_clear(&advertising);
	(void)k_work_cancel_delayable(&slowing);
	(void)k_work_submit(&again); /* for the next phone */
}

static void start_anew(struct k_work *work)
{
	(void)stop();
	advertise_again(work);
}

static K_WORK_DEFINE(anew, start_anew);

void pulse_advertising_renew(void)
{
	(void)k_work_submit(&anew);
}

/* The connection's memory is free for the next one. Not to be blocked: the work queue does it. */
static void on_recycled(void)
{
	(void)k_work_submit(&again);
}

BT_CONN_CB_DEFINE(pulse_advertising) = {
	.connected = on_connected,
	.recycled = on_recycled,
};
