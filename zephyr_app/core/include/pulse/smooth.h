/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking back: the result of a hop once the hops after it are known, for what is stored rather
 *than shown (docs/signal_path.md, section 7b). A fixed lag of PULSE_SMOOTH_HOPS hops; off where
 *nobody calls it.
 *
 *	int runs = pulse_estimator_hop(&estimator, &hop, &result);
 *	if (pulse_smooth_hop(&smooth, &estimator, runs, &result, &late)) {
 *		... store late: the hop PULSE_SMOOTH_HOPS before ...
 *	}
 */
#ifndef PULSE_SMOOTH_H_
#define PULSE_SMOOTH_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/estimator.h>
#include <pulse/result.h>
#include <pulse/track.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Hops to wait, 1 to 8 (2 to 16 s): Kconfig PULSE_SMOOTH_HOPS, or -DPULSE_SMOOTH_HOPS=4. */
#ifndef PULSE_SMOOTH_HOPS
#define PULSE_SMOOTH_HOPS 4
#endif

/* A hop that waits. */
struct pulse_smooth_hop {
	struct pulse_result result;
	int8_t logits[PULSE_BINS];
	bool ran;    /* the network ran: logits holds what it said */
	bool resets; /* the track started afresh before this hop */
	bool rest;   /* the wrist was at rest */
	bool doubt;  /* the estimate was not believed (section 8a) */
};

/* Caller-owned, no pointers inside; 0.6 kB, and 0.14 kB for each hop of the lag. Private. */
struct pulse_smooth {
	struct pulse_track track; /* as it was after the oldest hop that has gone out */
	struct pulse_smooth_hop hop[PULSE_SMOOTH_HOPS + 1];
	int64_t end_us;                       /* of the latest hop */
	uint16_t stays_q15;                   /* least confidence of a late valid result */
	uint16_t shown_q8[PULSE_ANCHOR_HOPS]; /* valid rates of the hops gone out, 0 others */
	uint8_t next_shown;                   /* slot */
	uint8_t oldest;                       /* slot */
	uint8_t count;
	bool any; /* a hop has come */
};

/** Start afresh, with the estimator. */
void pulse_smooth_init(struct pulse_smooth *smooth);

/**
 * A hop's result goes in, that of the hop PULSE_SMOOTH_HOPS before it comes out.
 *
 * Costs PULSE_SMOOTH_HOPS + 1 steps of the tracker; 1.3 kB of stack.
 *
 * @param estimator  straight after pulse_estimator_hop(), read only
 * @param runs       what that returned
 * @param now        its result
 * @param late       written if true is returned: the same hop, time, gaps; no-contact and acquiring
 * stay so; else rate, confidence and state by what came before and after; valid only between valid
 * ones
 * @return false for the first PULSE_SMOOTH_HOPS hops
 */
bool pulse_smooth_hop(struct pulse_smooth *smooth, const struct pulse_estimator *estimator,
		      int runs, const struct pulse_result *now, struct pulse_result *late);

/** At the end of a session, until it returns false: the hops that still wait, the oldest first. */
bool pulse_smooth_drain(struct pulse_smooth *smooth, struct pulse_result *late);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_SMOOTH_H_ */
