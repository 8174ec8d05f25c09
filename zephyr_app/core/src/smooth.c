/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 7b. */
#include <pulse/smooth.h>

#include <string.h>

#include "filter.h"
#include "integer.h"
#include "quality.h"

#define SLOTS (PULSE_SMOOTH_HOPS + 1)

PULSE_ASSERT(PULSE_SMOOTH_HOPS >= 1 && PULSE_SMOOTH_HOPS <= PULSE_ANCHOR_HOPS);

void pulse_smooth_init(struct pulse_smooth *smooth)
{
	memset(smooth, 0, sizeof(*smooth));
	pulse_track_reset(&smooth->track);
}

static struct pulse_smooth_hop *waiting(struct pulse_smooth *smooth, int number)
{
	return &smooth->hop[(smooth->oldest + number) % SLOTS];
}

/* What the hops after the oldest say of it: the filter run from the newest back. */
static void look_back(struct pulse_smooth *smooth, struct pulse_track *back)
{
	int last = 0;

	while (last + 1 < smooth->count && !waiting(smooth, last + 1)->resets) {
		last++;
	}
	pulse_track_reset(back);
	back->looks = 1; /* what may be anything moves, too */
	for (int number = last; number > 0; number--) {
		const struct pulse_smooth_hop *hop = waiting(smooth, number);

		if (hop->ran) {
			pulse_filter_weigh(back, hop->logits);
		}
		pulse_track_predict(back);
	}
}

static bool near(uint32_t shown_q8, int32_t bpm_q8)
{
	int32_t step = (int32_t)shown_q8 - bpm_q8;

	return shown_q8 != 0 && step <= PULSE_ANCHOR_Q8 && step >= -PULSE_ANCHOR_Q8;
}

static uint32_t shown(const struct pulse_smooth_hop *hop)
{
	return hop->result.state == PULSE_VALID ? (uint32_t)hop->result.bpm_q8 : 0;
}

/* The hops had valid values near this one at or before the oldest that waits, and at or after it.
 */
static bool anchored(struct pulse_smooth *smooth, int32_t bpm_q8)
{
	bool before = near(shown(waiting(smooth, 0)), bpm_q8);
	bool after = before;

	for (int i = 0; i < PULSE_ANCHOR_HOPS; i++) {
		before |= near(smooth->shown_q8[i], bpm_q8);
	}
	for (int number = 1; number < smooth->count && !after; number++) {
		if (waiting(smooth, number)->resets) {
			break;
		}
		after = near(shown(waiting(smooth, number)), bpm_q8);
	}
	return before && after;
}

/* Section 8 for the oldest hop that waits, of its late rate and confidence. */
static uint8_t state(struct pulse_smooth *smooth, const struct pulse_result *late, bool gathered)
{
	const struct pulse_smooth_hop *hop = waiting(smooth, 0);

	if (late->confidence_q15 >= smooth->stays_q15 && anchored(smooth, late->bpm_q8)) {
		return PULSE_VALID;
	}
	return (uint8_t)pulse_quality_unsure(hop->rest, hop->doubt, gathered);
}

bool pulse_smooth_drain(struct pulse_smooth *smooth, struct pulse_result *late)
{
	struct pulse_track both;
	struct pulse_track *track = &smooth->track;
	const struct pulse_smooth_hop *hop = waiting(smooth, 0);

	if (smooth->count == 0) {
		return false;
	}
	if (hop->resets) {
		pulse_track_reset(track);
		memset(smooth->shown_q8, 0, sizeof(smooth->shown_q8));
	}
	pulse_track_predict(track);
	if (hop->ran) {
		pulse_filter_weigh(track, hop->logits);
		track->looks = 1;
	}
	*late = hop->result;
	if (late->bpm_q8 != 0) {
		look_back(smooth, &both);
		pulse_filter_multiply(&both, track);
		struct pulse_estimate estimate = pulse_filter_estimate(&both);

		late->bpm_q8 = estimate.bpm_q8;
		late->confidence_q15 = hop->doubt && estimate.confidence_q15 > PULSE_DOUBT_Q15
					       ? PULSE_DOUBT_Q15
					       : estimate.confidence_q15;
		late->state = state(smooth, late, estimate.gathered);
	}
	smooth->shown_q8[smooth->next_shown] = (uint16_t)shown(hop);
	smooth->next_shown = (uint8_t)((smooth->next_shown + 1) % PULSE_ANCHOR_HOPS);
	smooth->oldest = (uint8_t)((smooth->oldest + 1) % SLOTS);
	smooth->count--;
	return true;
}

bool pulse_smooth_hop(struct pulse_smooth *smooth, const struct pulse_estimator *estimator,
		      int runs, const struct pulse_result *now, struct pulse_result *late)
{
	struct pulse_smooth_hop *hop = waiting(smooth, smooth->count);
	uint64_t step = (uint64_t)now->time_us - (uint64_t)smooth->end_us;

	hop->result = *now;
	hop->ran = runs > 0;
	memcpy(hop->logits, estimator->logits, sizeof(hop->logits));
	hop->rest = now->bpm_q8 != 0 &&
		    pulse_window_moments(&estimator->window).acc_root == PULSE_ACC_REST;
#ifdef PULSE_FRONT_END_SPECTRUM
	hop->doubt = hop->ran && estimator->doubt.now;
#endif
	hop->resets =
		now->state == PULSE_NO_CONTACT ||
		(smooth->any && (now->time_us <= smooth->end_us || step > PULSE_TRACK_GAP_US));
	smooth->any = true;
	smooth->end_us = now->time_us;
	smooth->stays_q15 = pulse_quality_stays(estimator->valid_q15);
	smooth->count++;
	return smooth->count == SLOTS && pulse_smooth_drain(smooth, late);
}
