/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings over Bluetooth: a service of our own. Whoever connects may read; only a bonded phone
 * on a link encrypted with LE Secure Connections may write.
 */
#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/byteorder.h>

#include "bluetooth_uuid.h"
#include "settings/config.h"

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

#define SERVICE_UUID PULSE_UUID(1)
#define VALUES_UUID  PULSE_UUID(2) /* read: i32 each; write: u8 key, i32 value; little-endian */

#define VALUE_BYTES 4
#define WRITE_BYTES (1 + VALUE_BYTES)

static ssize_t read_values(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			   void *buffer, uint16_t length, uint16_t offset)
{
	uint8_t values[PULSE_CONFIG_KEYS * VALUE_BYTES];

	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		sys_put_le32((uint32_t)pulse_config_get(key), &values[key * VALUE_BYTES]);
	}
	return bt_gatt_attr_read(connection, attribute, buffer, length, offset, values,
				 sizeof(values));
}

static ssize_t write_value(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			   const void *buffer, uint16_t length, uint16_t offset, uint8_t flags)
{
	const uint8_t *bytes = buffer;

	ARG_UNUSED(connection);
	ARG_UNUSED(attribute);
	ARG_UNUSED(flags);
	if (offset != 0) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (length != WRITE_BYTES) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	switch (pulse_config_set(bytes[0], (int32_t)sys_get_le32(&bytes[1]))) {
	case 0:
		return length;
	case -EINVAL:
		return BT_GATT_ERR(BT_ATT_ERR_VALUE_NOT_ALLOWED);
	case -ERANGE:
		return BT_GATT_ERR(BT_ATT_ERR_OUT_OF_RANGE);
	default:
		LOG_ERR("settings: not stored");
		return BT_GATT_ERR(BT_ATT_ERR_UNLIKELY);
	}
}

BT_GATT_SERVICE_DEFINE(config_service, BT_GATT_PRIMARY_SERVICE(SERVICE_UUID),
		       BT_GATT_CHARACTERISTIC(VALUES_UUID, BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE,
					      BT_GATT_PERM_READ | BT_GATT_PERM_WRITE_LESC,
					      read_values, write_value, NULL));
