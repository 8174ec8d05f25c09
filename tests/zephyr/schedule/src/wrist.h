/* SPDX-License-Identifier: Apache-2.0 */
/* Both sensors on a wrist: constant samples at 64 and 32 Hz. */
#ifndef WRIST_H_
#define WRIST_H_

#include <stdint.h>

#define WRIST_PPG_US 15625
#define WRIST_ACC_US 31250

/** Set both emulated sensors up; once. */
void wrist_init(void);

/** Deliver samples for so many seconds from now, and return when they are through. */
void wrist_run(int seconds);

/** Samples delivered so far. */
uint32_t wrist_ppg_samples(void);
uint32_t wrist_acc_samples(void);

#endif /* WRIST_H_ */
