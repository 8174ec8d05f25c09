/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results for storage, CONFIG_PULSE_SMOOTH_HOPS hops late: what the hops before and after say
 * together (docs/signal_path.md, section 7b). The zbus channel pulse_late_channel carries one
 * struct pulse_result for each hop, in order. What is shown (publish.h) stays as it is.
 */
#ifndef PULSE_LATE_H_
#define PULSE_LATE_H_

#include <stdbool.h>
#include <zephyr/zbus/zbus.h>

#include <pulse/estimator.h>
#include <pulse/result.h>

ZBUS_CHAN_DECLARE(pulse_late_channel);

/* The inference thread's alone, but for pulse_late_lost(). Listeners run in it. */

/** Start afresh, with the estimator. */
void pulse_late_start(void);

/**
 * A hop was judged: publish the hop whose lag is now over, if there is one.
 * @param runs          what pulse_estimator_hop() returned
 * @param now           the result as it is shown
 * @param motion_known  if not, the late result too is no better than motion-uncertain
 */
void pulse_late_hop(const struct pulse_estimator *estimator, int runs,
		    const struct pulse_result *now, bool motion_known);

/** Publish the hops that still wait, each with what is known by now. */
void pulse_late_flush(void);

/** Late results that no listener was told of; any thread. */
uint32_t pulse_late_lost(void);

#endif /* PULSE_LATE_H_ */
