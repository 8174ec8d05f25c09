/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ended the runs before this one, and how the sensors are, for a phone: a service of our own,
 * to be read by anybody. Little-endian, 44 bytes: u8 version 1; u8 state of the accelerometer and
 * of the PPG (enum pulse_sensor_state); u8 0; u32 reset cause (RESET_* of Zephyr's hwinfo); u32
 * hung threads and u32 crashes since power-on; u32 reason of the last crash; 12 characters of the
 * thread that hung last and 12 of the one that crashed last, filled up with zeros.
 */
#include <string.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/sys/byteorder.h>

#include "bluetooth_uuid.h"
#include "health/reset_record.h"
#include "sensing/supervisor.h"

#define SERVICE_UUID PULSE_UUID(0x11)
#define RECORD_UUID  PULSE_UUID(0x12)

#define VERSION 1
#define NAME    12

struct record {
	uint8_t version;
	uint8_t sensors[PULSE_SENSORS];
	uint8_t unused;
	uint8_t cause[4];
	uint8_t hangs[4];
	uint8_t crashes[4];
	uint8_t reason[4];
	char hung[NAME];
	char crashed[NAME];
};
BUILD_ASSERT(sizeof(struct record) == 44);

static ssize_t read_record(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			   void *buffer, uint16_t length, uint16_t offset)
{
	struct record record = {.version = VERSION};
	struct pulse_reset_record past;

	pulse_reset_record(&past);
	for (int sensor = 0; sensor < PULSE_SENSORS; sensor++) {
		struct pulse_sensor_status status;

		pulse_supervisor_status(sensor, &status);
		record.sensors[sensor] = status.state;
	}
	sys_put_le32(pulse_reset_cause(), record.cause);
	sys_put_le32(past.hangs, record.hangs);
	sys_put_le32(past.crashes, record.crashes);
	sys_put_le32(past.reason, record.reason);
	memcpy(record.hung, past.hung, NAME);
	memcpy(record.crashed, past.crashed, NAME);
	return bt_gatt_attr_read(connection, attribute, buffer, length, offset, &record,
				 sizeof(record));
}

BT_GATT_SERVICE_DEFINE(health_service, BT_GATT_PRIMARY_SERVICE(SERVICE_UUID),
		       BT_GATT_CHARACTERISTIC(RECORD_UUID, BT_GATT_CHRC_READ, BT_GATT_PERM_READ,
					      read_record, NULL, NULL));
