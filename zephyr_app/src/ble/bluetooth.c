/* SPDX-License-Identifier: Apache-2.0 */
#include "bluetooth.h"

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>

#include "bluetooth_advertising.h"
#include "bluetooth_pairing.h"
#include "estimation/publish.h"

LOG_MODULE_REGISTER(bluetooth, CONFIG_PULSE_LOG_LEVEL);

/* Heart Rate Measurement, flags (HRS 1.0, 3.1.1.1): 8-bit rate, no energy, no RR intervals. */
#define CONTACT_DETECTED  BIT(1)
#define CONTACT_SUPPORTED BIT(2)
#define MEASUREMENT       1 /* index of its declaration in the service's attributes */

static const uint8_t wrist = 0x02; /* Body Sensor Location */

static ssize_t read_location(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			     void *buffer, uint16_t length, uint16_t offset)
{
	return bt_gatt_attr_read(connection, attribute, buffer, length, offset, &wrist,
				 sizeof(wrist));
}

BT_GATT_SERVICE_DEFINE(heart_rate_service, BT_GATT_PRIMARY_SERVICE(BT_UUID_HRS),
		       BT_GATT_CHARACTERISTIC(BT_UUID_HRS_MEASUREMENT, BT_GATT_CHRC_NOTIFY,
					      BT_GATT_PERM_NONE, NULL, NULL, NULL),
		       BT_GATT_CCC(NULL, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE),
		       BT_GATT_CHARACTERISTIC(BT_UUID_HRS_BODY_SENSOR, BT_GATT_CHRC_READ,
					      BT_GATT_PERM_READ, read_location, NULL, NULL));

/* Results on their way from the publisher to the work queue, each a copy. */
K_MSGQ_DEFINE(pulse_notifications, sizeof(struct pulse_result), 4, 8);
static atomic_t lost;

/* The estimator's range ends at 223 BPM; its result is valid only with the sensor on skin. */
static void notify_rate(const struct pulse_result *result)
{
	const bool valid = result->state == PULSE_VALID;
	const uint8_t measurement[] = {
		CONTACT_SUPPORTED | (valid ? CONTACT_DETECTED : 0),
		valid ? (result->bpm_q8 + 128) >> 8 : 0,
	};
	int ret = bt_gatt_notify(NULL, &heart_rate_service.attrs[MEASUREMENT], measurement,
				 sizeof(measurement));

	if (ret != 0 && ret != -ENOTCONN && ret != -EAGAIN) { /* nobody yet */
		LOG_WRN("notification: %d", ret);
	}
}

/*
 * A valid rate each time; lost contact, or sensors that say nothing, once, so that a phone does not
 * go on showing the last rate. Of the other states the service knows none.
 */
static void notify(struct k_work *work)
{
	static bool contact_lost;
	struct pulse_result result;

	ARG_UNUSED(work);
	while (k_msgq_get(&pulse_notifications, &result, K_NO_WAIT) == 0) {
		bool gone = result.state == PULSE_NO_CONTACT || result.state == PULSE_STALE;

		if (result.state == PULSE_VALID || (gone && !contact_lost)) {
			notify_rate(&result);
		}
		contact_lost = gone;
	}
}

static K_WORK_DEFINE(notification, notify);

/* In the publisher's thread, which holds the channel: a copy, and no more. */
static void on_result(const struct zbus_channel *channel)
{
	if (k_msgq_put(&pulse_notifications, zbus_chan_const_msg(channel), K_NO_WAIT) != 0) {
		(void)atomic_inc(&lost);
	}
	(void)k_work_submit(&notification);
}

uint32_t pulse_bluetooth_lost(void)
{
	return (uint32_t)atomic_get(&lost);
}

ZBUS_LISTENER_DEFINE(pulse_notifier, on_result);
ZBUS_CHAN_ADD_OBS(pulse_result_channel, pulse_notifier, 1);

/*
 * A bond is with an address. Where the controller has none of its own, the host makes one up, and
 * Zephyr 3.7 stores it with CONFIG_BT_PRIVACY only: stored here, in the host's own record.
 */
static int load_identity_and_bonds(void)
{
	bt_addr_le_t identity;
	size_t count = 1;
	int ret = settings_load_subtree("bt");

	bt_id_get(&identity, &count);
	if (IS_ENABLED(CONFIG_BT_PRIVACY)) {
		return ret;
	}
	if (ret == 0 && count == 1 && identity.type == BT_ADDR_LE_RANDOM) {
		ret = settings_save_one("bt/id", &identity, sizeof(identity));
	}
	return ret;
}

int pulse_bluetooth_start(void)
{
	int ret = bt_enable(NULL);

	if (ret == 0) {
		ret = load_identity_and_bonds();
	}
	if (ret == 0) {
		ret = pulse_pairing_start(
			IS_ENABLED(CONFIG_PULSE_ACCEPT_LIST) ? pulse_advertising_renew : NULL);
	}
	if (ret == 0) {
		ret = pulse_advertising_start();
	}
	return ret;
}
