/* SPDX-License-Identifier: Apache-2.0 */
/* An update on trial is confirmed by its first hop: sensors, threads and estimator work. */
#ifndef PULSE_CONFIRM_H_
#define PULSE_CONFIRM_H_

#ifdef CONFIG_PULSE_CONFIRM_IMAGE
/** A hop was judged. The publisher's thread only; never blocks. */
void pulse_confirm_hop(void);
#else
static inline void pulse_confirm_hop(void)
{
}
#endif

#endif /* PULSE_CONFIRM_H_ */
