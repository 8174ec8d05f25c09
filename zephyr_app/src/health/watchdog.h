/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The task watchdog: a thread or work queue that does not feed in time is named in reset_record.h,
 * and the device resets. Waiting threads feed too, every PULSE_FEED, so a silent sensor, which the
 * supervisor starts anew, causes no reset. A thread's timeout runs from its first feed on.
 */
#ifndef PULSE_WATCHDOG_H_
#define PULSE_WATCHDOG_H_

#include <stdint.h>
#include <zephyr/kernel.h>

/* Longest that a guarded thread may wait before it feeds again. */
#define PULSE_FEED K_SECONDS(2)

enum pulse_guarded {
	PULSE_GUARDED_SAMPLING,
	PULSE_GUARDED_INFERENCE,
	PULSE_GUARDED_WORK_QUEUE,   /* the system's */
	PULSE_GUARDED_SENSOR_QUEUE, /* drivers read their chips there */
	PULSE_GUARDED,
};

/** Called from an interrupt; NULL instead of one: reset. */
typedef void (*pulse_watchdog_expired)(enum pulse_guarded who);

/** Guard each thread that feeds from now on. @return 0 or negative errno */
int pulse_watchdog_start(pulse_watchdog_expired expired);

/** Feed. Before the start: no effect. One thread for each of the guarded. */
#ifdef CONFIG_PULSE_WATCHDOG
void pulse_watchdog_feed(enum pulse_guarded who);
#else
static inline void pulse_watchdog_feed(enum pulse_guarded who)
{
	ARG_UNUSED(who);
}
#endif

/** Not guarded until the next feed. */
void pulse_watchdog_leave(enum pulse_guarded who);

/** "sampling", "inference", "work queue" or "sensor queue". */
const char *pulse_guarded_name(enum pulse_guarded who);

#endif /* PULSE_WATCHDOG_H_ */
