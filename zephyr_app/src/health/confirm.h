/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An update on trial is confirmed by its first hop, once Bluetooth advertises where the image has
 * it: sensors, threads and estimator work, and so does the way by which the next update comes.
 */
#ifndef PULSE_CONFIRM_H_
#define PULSE_CONFIRM_H_

#ifdef CONFIG_PULSE_CONFIRM_IMAGE
/** A hop was judged; never blocks. */
void pulse_confirm_hop(void);

/** Bluetooth advertises; never blocks. */
void pulse_confirm_bluetooth(void);
#else
static inline void pulse_confirm_bluetooth(void)
{
}

static inline void pulse_confirm_hop(void)
{
}
#endif

#endif /* PULSE_CONFIRM_H_ */
