/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The estimator: hops in, a heart rate out (docs/signal_path.md, sections 4 to 8).
 *
 * Several LEDs (PULSE_LEDS > 1): the network runs on each LED that has something to say, and their
 * evidence is weighed and added (section 7a). With one LED nothing of that is there.
 *
 * Integer arithmetic only, no FPU needed; no heap, no globals but constants. All state is in the
 * caller's struct pulse_estimator; several can run side by side. Not for interrupts: one hop costs
 * one inference (about a million instructions) in the calling thread.
 */
#ifndef PULSE_ESTIMATOR_H_
#define PULSE_ESTIMATOR_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/doubt.h>
#include <pulse/fusion.h>
#include <pulse/hop.h>
#include <pulse/policy.h>
#include <pulse/result.h>
#include <pulse/spectrum.h>
#include <pulse/track.h>
#include <pulse/window.h>

#include "pulse_config.h"
#include "pulse_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Caller-owned, no pointers inside. Private to the core, but for valid_q15 and policy.on. */
struct pulse_estimator {
	uint16_t valid_q15; /* least confidence to become valid; init: PULSE_CONFIDENCE_VALID */
	struct pulse_policy policy;
	struct pulse_estimate last; /* of the last hop that the network ran on */
	uint8_t last_state;
	struct pulse_window window;
	struct pulse_track track;
	int64_t end_us; /* of the latest hop */
	uint32_t hops;
	uint32_t gaps;
	bool fresh; /* no window has been full since the last break */
#ifdef PULSE_FRONT_END_SPECTRUM
	struct pulse_doubt doubt;
#endif
#if PULSE_LEDS > 1
	struct pulse_fusion fusion;
#endif
#ifdef PULSE_FRONT_END_SPECTRUM
	struct pulse_spectrum spectrum;
#else
	int8_t input[PULSE_LEDS][PULSE_MODEL_INPUT_SIZE];
#endif
	int8_t logits[PULSE_MODEL_OUTPUT_SIZE];
	/* Front end and network work one after the other, in the same memory; a spectral input lies
	 * in the arena, at PULSE_MODEL_INPUT_OFFSET. */
	union {
		uint64_t arena[(PULSE_MODEL_ARENA_SIZE + 7) / 8];
#ifdef PULSE_FRONT_END_SPECTRUM
		struct pulse_spectrum_scratch spectrum;
#else
		int32_t ppg[PULSE_WINDOW_FRAMES];
#endif
	} work;
};

/** Start afresh: no window, no track, counters at zero. */
void pulse_estimator_init(struct pulse_estimator *estimator);

/**
 * One hop in, one result out.
 *
 * A hop that is marked discontinuous, or that does not follow the previous one (end_us + 2 s: a hop
 * was shed), drops window and track and counts as a gap; so does a hop without contact, uncounted.
 *
 * @param hop  read only, not kept
 * @param out  always written
 * @return how often the network ran on this hop: 1 with one LED, up to PULSE_LEDS with several; 0
 * if not (acquiring, no contact, or skipped by the policy: the last estimate and its state then
 * stand again); it cannot fail
 */
int pulse_estimator_hop(struct pulse_estimator *estimator, const struct pulse_hop *hop,
			struct pulse_result *out);

/**
 * The LEDs that had a say in the latest estimate, bit 0 the first. An LED whose bit stays clear for
 * minutes adds nothing; the firmware may turn it off (its counts then read 0).
 */
unsigned int pulse_estimator_leds(const struct pulse_estimator *estimator);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_ESTIMATOR_H_ */
