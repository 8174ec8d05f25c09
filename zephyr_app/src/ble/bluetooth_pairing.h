/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may pair. There is neither display nor keyboard: pairing is LE Secure Connections, "just
 * works". It keeps eavesdroppers out, but cannot tell one phone from another; so it is open for a
 * while only when somebody has the device in hand: after power-up, or by a button
 * (docs/bluetooth.md). A watchdog's or a crash's reset opens nothing.
 */
#ifndef PULSE_BLUETOOTH_PAIRING_H_
#define PULSE_BLUETOOTH_PAIRING_H_

#include <stdbool.h>

/**
 * Judge pairings from now on, and open the time for them. Before advertising.
 * @param changed  called when pairing opens or closes later, or bonds are forgotten: others may
 *                 connect; NULL for nobody. Must not block
 * @return 0 or negative errno
 */
int pulse_pairing_start(void (*changed)(void));

/** Accept new bonds for CONFIG_PULSE_PAIRING_S from now on; any thread. */
void pulse_pairing_open(void);

/** Whether new bonds are accepted; any thread. */
bool pulse_pairing_is_open(void);

/** Forget all bonds, those stored as well. @return 0 or negative errno */
int pulse_pairing_forget(void);

#endif /* PULSE_BLUETOOTH_PAIRING_H_ */
