/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored coredump over Bluetooth: a service of our own. Only a bonded phone on a link encrypted
 * with LE Secure Connections may read it, because the stack of a thread may hold keys.
 * Little-endian. Write: u16, the offset in the dump of this phone's next reads; ERASE erases the
 * dump. Read: u32 bytes of the whole dump, 0 without one, then up to PART bytes from the offset on.
 */
#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/sys/byteorder.h>

#include "bluetooth_uuid.h"
#include "health/coredump.h"

#define SERVICE_UUID  PULSE_UUID(0x21)
#define COREDUMP_UUID PULSE_UUID(0x22)

#define OFFSET_BYTES 2
#define SIZE_BYTES   4
#define PART         240 /* with its size in one packet, where the link has packets of 251 bytes */
#define ERASE        0xffff

static uint16_t offsets[CONFIG_BT_MAX_CONN]; /* by connection */

static ssize_t read_part(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			 void *buffer, uint16_t length, uint16_t offset)
{
	static uint8_t value[SIZE_BYTES + PART]; /* the Bluetooth host's thread alone */
	size_t size = pulse_coredump_size();
	ssize_t part = 0;

	sys_put_le32(size, value);
	if (size > 0) {
		part = pulse_coredump_read(offsets[bt_conn_index(connection)], &value[SIZE_BYTES],
					   PART);
	}
	if (part < 0) {
		return BT_GATT_ERR(BT_ATT_ERR_UNLIKELY);
	}
	return bt_gatt_attr_read(connection, attribute, buffer, length, offset, value,
				 SIZE_BYTES + part);
}

static ssize_t write_offset(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			    const void *buffer, uint16_t length, uint16_t offset, uint8_t flags)
{
	ARG_UNUSED(attribute);
	ARG_UNUSED(flags);
	if (offset != 0) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (length != OFFSET_BYTES) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}

	uint16_t wanted = sys_get_le16(buffer);

	if (wanted == ERASE) {
		wanted = 0;
		if (pulse_coredump_erase() != 0) {
			return BT_GATT_ERR(BT_ATT_ERR_UNLIKELY);
		}
	}
	offsets[bt_conn_index(connection)] = wanted;
	return length;
}

BT_GATT_SERVICE_DEFINE(coredump_service, BT_GATT_PRIMARY_SERVICE(SERVICE_UUID),
		       BT_GATT_CHARACTERISTIC(COREDUMP_UUID, BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE,
					      BT_GATT_PERM_READ_LESC | BT_GATT_PERM_WRITE_LESC,
					      read_part, write_offset, NULL));
