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

/* Longest that a watched thread may wait before it feeds again. */
#define PULSE_FEED K_SECONDS(2)

enum pulse_watchdog_channel {
	PULSE_WATCHDOG_SAMPLING,
	PULSE_WATCHDOG_INFERENCE,
	PULSE_WATCHDOG_WORK_QUEUE,   /* the system's */
	PULSE_WATCHDOG_SENSOR_QUEUE, /* drivers read their chips there */
	PULSE_WATCHDOG_CHANNELS,
};

/** Called from an interrupt; NULL instead of one: reset. */
typedef void (*pulse_watchdog_expired)(enum pulse_watchdog_channel who);

/** Watch each thread that feeds from now on. @return 0 or negative errno */
int pulse_watchdog_start(pulse_watchdog_expired expired);

/** Feed. Before the start: no effect. One thread for each channel. */
#ifdef CONFIG_PULSE_WATCHDOG
void pulse_watchdog_feed(enum pulse_watchdog_channel who);
#else
static inline void pulse_watchdog_feed(enum pulse_watchdog_channel who)
{
	ARG_UNUSED(who);
}
#endif

/** Not watched until the next feed. */
void pulse_watchdog_leave(enum pulse_watchdog_channel who);

/** "sampling", "inference", "work queue" or "sensor queue". */
const char *pulse_watchdog_channel_name(enum pulse_watchdog_channel who);

#endif /* PULSE_WATCHDOG_H_ */
