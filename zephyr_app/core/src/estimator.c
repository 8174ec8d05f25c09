/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pulse/estimator.h>

#include "integer.h"
#include "quality.h"

#ifdef PULSE_FRONT_END_SPECTRUM
PULSE_ASSERT(PULSE_MODEL_INPUT_SIZE == PULSE_SPECTRUM_INPUT);
#else
PULSE_ASSERT(PULSE_MODEL_INPUT_SIZE == PULSE_WINDOW_INPUT);
#endif
PULSE_ASSERT(PULSE_MODEL_OUTPUT_SIZE == PULSE_BINS);
PULSE_ASSERT(PULSE_MODEL_ARENA_ALIGNMENT <= sizeof(uint64_t));

/* What comes next does not follow what came before. */
static void break_off(struct pulse_estimator *estimator)
{
	pulse_window_clear(&estimator->window);
	pulse_policy_reset(&estimator->policy);
	estimator->fresh = true;
}

void pulse_estimator_init(struct pulse_estimator *estimator)
{
	memset(estimator, 0, sizeof(*estimator));
	estimator->valid_q15 = PULSE_CONFIDENCE_VALID;
	break_off(estimator);
	pulse_track_reset(&estimator->track);
}

/* Step 1 and the bookkeeping of step 3 of section 8: does this hop follow the one before it? */
static bool follows(struct pulse_estimator *estimator, const struct pulse_hop *hop)
{
	uint64_t step = (uint64_t)hop->end_us - (uint64_t)estimator->end_us;
	bool first = estimator->hops == 0;
	bool broken = hop->discontinuous || (!first && step != PULSE_HOP_US);

	if (!first && (hop->end_us <= estimator->end_us || step > PULSE_TRACK_GAP_US)) {
		pulse_track_reset(&estimator->track);
	}
	estimator->end_us = hop->end_us;
	estimator->hops++;
	estimator->gaps += broken;
	return !broken;
}

/* The network's view of the window. */
static void look(struct pulse_estimator *estimator, const struct pulse_moments *moments)
{
#ifdef PULSE_FRONT_END_SPECTRUM
	pulse_spectrum_append(&estimator->window, moments, estimator->fresh,
			      &estimator->work.spectrum, estimator->input);
#else
	pulse_window_quantise(&estimator->window, moments, estimator->work.ppg, estimator->input);
#endif
	estimator->fresh = false;
}

static void infer(struct pulse_estimator *estimator, uint32_t acc_root)
{
	pulse_model_run(estimator->input, estimator->logits, estimator->work.arena);
	estimator->last = pulse_track_update(&estimator->track, estimator->logits);
	estimator->last_state = (uint8_t)pulse_quality_state(estimator->last.confidence_q15,
							     estimator->valid_q15, acc_root);
}

int pulse_estimator_hop(struct pulse_estimator *estimator, const struct pulse_hop *hop,
			struct pulse_result *out)
{
	struct pulse_window *window = &estimator->window;
	struct pulse_track *track = &estimator->track;

	*out = (struct pulse_result){.time_us = hop->end_us, .hop = estimator->hops};
	bool contiguous = follows(estimator, hop);

	out->gaps = estimator->gaps;
	if (!pulse_quality_contact(hop)) {
		break_off(estimator);
		pulse_track_reset(track);
		out->state = PULSE_NO_CONTACT;
		return 0;
	}
	if (!contiguous) {
		break_off(estimator);
	}
	pulse_window_push(window, hop);
	pulse_track_predict(track);
	if (window->count < PULSE_WINDOW_HOPS) {
		out->state = PULSE_ACQUIRING;
		return 0;
	}
	struct pulse_moments moments = pulse_window_moments(window);

	bool moving = pulse_window_moving(window);
	bool skipped = pulse_policy_skips(&estimator->policy, moving);

	look(estimator, &moments);
	if (!skipped) {
		infer(estimator, moments.acc_root);
		pulse_policy_note(&estimator->policy, estimator->last_state == PULSE_VALID,
				  estimator->last.confidence_q15, moving);
	}
	out->bpm_q8 = estimator->last.bpm_q8;
	out->confidence_q15 = estimator->last.confidence_q15;
	out->state = estimator->last_state;
	return !skipped;
}
