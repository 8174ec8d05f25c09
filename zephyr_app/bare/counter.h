/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COUNTER_H_
#define COUNTER_H_

/** Bring the instruction counter into step with the program, so that every run counts alike. */
void counter_start(void);

#endif /* COUNTER_H_ */
