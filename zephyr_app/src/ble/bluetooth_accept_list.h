/* SPDX-License-Identifier: Apache-2.0 */
/* The controller's accept list, in which bonded phones stand (CONFIG_PULSE_ACCEPT_LIST). */
#ifndef PULSE_BLUETOOTH_ACCEPT_LIST_H_
#define PULSE_BLUETOOTH_ACCEPT_LIST_H_

#include <stdbool.h>

/**
 * Write the list anew, while nothing advertises.
 * @return whether it holds a phone; false also if the controller refuses one: then all may connect
 */
bool pulse_accept_list_fill(void);

#endif /* PULSE_BLUETOOTH_ACCEPT_LIST_H_ */
