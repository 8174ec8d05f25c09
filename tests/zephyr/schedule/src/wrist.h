/* SPDX-License-Identifier: Apache-2.0 */
/* Both sensors on a wrist: constant samples at 64 and 32 Hz. */
#ifndef WRIST_H_
#define WRIST_H_

#include <stdbool.h>
#include <stdint.h>

#define WRIST_PPG_US 15625
#define WRIST_ACC_US 31250

/** Set both emulated sensors up; once. */
void wrist_init(void);

/** Deliver samples for so many seconds from now, and return when they are through. */
void wrist_run(int seconds);

/** Counts that the PPG sees from now on, at the current that devicetree states; first 100000. */
void wrist_light(uint32_t counts);

/** Results are not expected: pulse_publish_pause() was told so. */
bool wrist_publish_paused(void);

/** Samples delivered so far. */
uint32_t wrist_ppg_samples(void);
uint32_t wrist_acc_samples(void);

#endif /* WRIST_H_ */
