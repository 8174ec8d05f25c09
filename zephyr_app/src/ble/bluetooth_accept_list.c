/* SPDX-License-Identifier: Apache-2.0 */
#include "bluetooth_accept_list.h"

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/logging/log.h>

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

struct filling {
	int phones;
	int error;
};

static void add(const struct bt_bond_info *bond, void *data)
{
	struct filling *filling = data;
	int ret = bt_le_filter_accept_list_add(&bond->addr);

	if (ret == 0) {
		filling->phones++;
	} else {
		filling->error = ret;
	}
}

bool pulse_accept_list_fill(void)
{
	struct filling filling = {.error = bt_le_filter_accept_list_clear()};

	if (filling.error == 0) {
		bt_foreach_bond(BT_ID_DEFAULT, add, &filling);
	}
	if (filling.error != 0) {
		LOG_WRN("accept list: %d; any phone may connect", filling.error);
	}
	return filling.error == 0 && filling.phones > 0;
}
