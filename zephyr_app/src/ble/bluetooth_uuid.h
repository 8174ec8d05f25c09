/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs of this product's own services; docs/bluetooth.md lists them. */
#ifndef PULSE_BLUETOOTH_UUID_H_
#define PULSE_BLUETOOTH_UUID_H_

#include <zephyr/bluetooth/uuid.h>

/** UUID number n, b216000n-6c59-4ed9-b0eb-35608d37f861. */
#define PULSE_UUID(n)                                                                              \
	BT_UUID_DECLARE_128(                                                                       \
		BT_UUID_128_ENCODE(0xb2160000 + (n), 0x6c59, 0x4ed9, 0xb0eb, 0x35608d37f861))

#endif /* PULSE_BLUETOOTH_UUID_H_ */
