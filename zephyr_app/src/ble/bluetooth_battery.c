/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Battery Service (BAS 1.0) of a board with a fuel gauge, devicetree's alias pulse-fuel-gauge: the
 * level is the gauge's, read when asked for; where it does not answer, neither does the service.
 */
#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/drivers/fuel_gauge.h>
#include <zephyr/logging/log.h>

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

static const struct device *const gauge = DEVICE_DT_GET(DT_ALIAS(pulse_fuel_gauge));

static ssize_t read_level(struct bt_conn *connection, const struct bt_gatt_attr *attribute,
			  void *buffer, uint16_t length, uint16_t offset)
{
	union fuel_gauge_prop_val charge;
	int ret = device_is_ready(gauge)
			  ? fuel_gauge_get_prop(gauge, FUEL_GAUGE_RELATIVE_STATE_OF_CHARGE, &charge)
			  : -ENODEV;

	if (ret != 0 || charge.relative_state_of_charge > 100) {
		LOG_WRN("%s: %d", gauge->name, ret);
		return BT_GATT_ERR(BT_ATT_ERR_UNLIKELY);
	}
	return bt_gatt_attr_read(connection, attribute, buffer, length, offset,
				 &charge.relative_state_of_charge, 1);
}

BT_GATT_SERVICE_DEFINE(battery_service, BT_GATT_PRIMARY_SERVICE(BT_UUID_BAS),
		       BT_GATT_CHARACTERISTIC(BT_UUID_BAS_BATTERY_LEVEL, BT_GATT_CHRC_READ,
					      BT_GATT_PERM_READ, read_level, NULL, NULL));
