/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inference: hops in, results out, each within one hop of its release. The thread runs under an
 * earliest-deadline-first schedule among its equals; a hop that finds the queue full is shed.
 */
#ifndef PULSE_INFER_H_
#define PULSE_INFER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/kernel.h>

#include <pulse/hop.h>

/* Times are uptimes in us. */
struct pulse_schedule {
	int64_t released_us;  /* the last hop was complete */
	int64_t started_us;   /* its inference began */
	int64_t completed_us; /* and ended */
	uint32_t worst_response_us;
	uint32_t hops;
	uint32_t inferences; /* hops that the network ran on */
	uint32_t misses;     /* responses longer than a hop */
	uint32_t shed;
};

struct pulse_rest {
	int64_t end_us;    /* of the latest hop that was judged, on the samples' clock */
	uint8_t led_shift; /* the LED's current is the user's >> this */
};

/** Start the thread. */
void pulse_infer_start(void);

/**
 * Hand over a hop; copies it, never blocks. One thread only.
 * @param motion_known  its window's motion was measured; if not, no result is better than
 * motion-uncertain, and the power policy does not rest on it
 */
void pulse_infer_submit(const struct pulse_hop *hop, bool motion_known);

/**
 * Publish the late results (late.h) of all hops handed over so far, before power goes or a log is
 * closed; blocks until it is done. Not in the inference thread. Nothing without
 * CONFIG_PULSE_SMOOTH_HOPS.
 * @return 0; -EAGAIN: not within `timeout`
 */
int pulse_infer_flush(k_timeout_t timeout);

/** Copy of the record so far; any thread. */
void pulse_infer_schedule(struct pulse_schedule *out);

/** What the power policy makes of the hops so far; any thread. */
void pulse_infer_rest(struct pulse_rest *out);

/** Bytes of the inference thread's stack never used so far. */
size_t pulse_infer_stack_left(void);

#endif /* PULSE_INFER_H_ */
