/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may update the firmware over Bluetooth. Zephyr's MCUmgr brings the service (SMP); its own
 * protection asks for a passkey (BT_GATT_PERM_WRITE_AUTHEN), which a device without display and
 * keyboard cannot have. So each write to its characteristic is judged here, by the rule for the
 * settings: a bonded phone, LE Secure Connections, a key of 16 bytes. What is written is executed
 * only if MCUboot finds it signed.
 */
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/init.h>
#include <zephyr/logging/log.h>

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

#define KEY_BYTES 16

/* The SMP characteristic, of Zephyr's subsys/mgmt/mcumgr/transport/src/smp_bt.c. */
#define SMP_UUID                                                                                   \
	BT_UUID_DECLARE_128(BT_UUID_128_ENCODE(0xda2e7828, 0xfbce, 0x4e01, 0xae9e, 0x261174997c48))

static bool is_trusted(struct bt_conn *connection)
{
	struct bt_conn_info info;

	/* Bonds only: CONFIG_BT_BONDING_REQUIRED refuses to pair without one. */
	return bt_conn_get_info(connection, &info) == 0 && info.security.level >= BT_SECURITY_L2 &&
	       (info.security.flags & BT_SECURITY_FLAG_SC) != 0 &&
	       info.security.enc_key_size == KEY_BYTES;
}

/* Refused with ATT error 0x08; the phone is asked to encrypt, because 0x08 does not tell it to. */
static bool judge_write(struct bt_conn *connection, const struct bt_gatt_attr *attribute)
{
	if (bt_uuid_cmp(attribute->uuid, SMP_UUID) != 0 || is_trusted(connection)) {
		return true;
	}
	LOG_WRN("update refused: link not encrypted by a bonded phone");
	(void)bt_conn_set_security(connection, BT_SECURITY_L2);
	return false;
}

static int judge_updates(void)
{
	static const struct bt_gatt_authorization_cb callbacks = {.write_authorize = judge_write};

	return bt_gatt_authorization_cb_register(&callbacks);
}

SYS_INIT(judge_updates, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);
