/* SPDX-License-Identifier: Apache-2.0 */
/* How long a result takes from the interrupt of the PPG batch that completed its hop: replay only.
 */
#ifndef PULSE_LATENCY_H_
#define PULSE_LATENCY_H_

#include <stdint.h>

/** Start to listen to the PPG's interrupt. @return 0 or negative errno */
int pulse_latency_start(void);

/** Longest so far, us: driver, bus, alignment, queue, inference and the printing of the line. */
uint32_t pulse_latency_worst_us(void);

#endif /* PULSE_LATENCY_H_ */
