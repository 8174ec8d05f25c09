/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The task watchdog: whoever does not feed for his time is named in last_words.h, and the device
 * starts anew. A thread that waits for work feeds too, every PULSE_FEED: a dead PPG chip, which its
 * driver revives, is no hung thread. The accelerometer has nobody to revive it but a reset, after
 * which its driver sets it up anew: its samples feed. Each is guarded from its first feed on, so
 * that what never came up does not reset the device for ever.
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
	PULSE_GUARDED_WORK_QUEUE, /* the system's: drivers read their chips there */
	PULSE_GUARDED_ACCELEROMETER,
	PULSE_GUARDED,
};

/** Called from an interrupt; NULL instead of one: reset. */
typedef void (*pulse_watchdog_bite)(enum pulse_guarded who);

/** Guard whoever feeds from now on. @return 0 or negative errno */
int pulse_watchdog_start(pulse_watchdog_bite bite);

/** I am well. Before the start: no effect. One thread for each of the guarded. */
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

/** "sampling", "inference", "work queue" or "accelerometer". */
const char *pulse_guarded_name(enum pulse_guarded who);

#endif /* PULSE_WATCHDOG_H_ */
