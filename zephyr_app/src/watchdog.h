/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The task watchdog: whoever does not feed for his time is named in RAM that outlives the reset,
 * and the device starts anew. A thread that waits for work feeds too, every PULSE_FEED: a dead
 * sensor is no hung thread.
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
	PULSE_GUARDED,
};

struct pulse_watchdog_record {
	uint32_t bites;          /* since power came */
	enum pulse_guarded last; /* who was bitten; with bites > 0 */
};

/** Called from an interrupt; NULL instead of one: reset. */
typedef void (*pulse_watchdog_bite)(enum pulse_guarded who);

/** Guard from now on. @return 0 or negative errno */
int pulse_watchdog_start(pulse_watchdog_bite bite);

/** I am well. Before the start: no effect. Any thread. */
#ifdef CONFIG_PULSE_WATCHDOG
void pulse_watchdog_feed(enum pulse_guarded who);
#else
static inline void pulse_watchdog_feed(enum pulse_guarded who)
{
	ARG_UNUSED(who);
}
#endif

/** What is known of bites, also from before the reset. */
void pulse_watchdog_record(struct pulse_watchdog_record *out);

/** "sampling", "inference" or "work queue". */
const char *pulse_guarded_name(enum pulse_guarded who);

#endif /* PULSE_WATCHDOG_H_ */
