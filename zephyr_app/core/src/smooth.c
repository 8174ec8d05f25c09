/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 7b. */
#include <pulse/smooth.h>

#include <string.h>

#include "filter.h"
#include "integer.h"
#include "quality.h"

#define SLOTS (PULSE_SMOOTH_HOPS + 1)

PULSE_ASSERT(PULSE_SMOOTH_HOPS >= 1 && PULSE_SMOOTH_HOPS <= 8);

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
	back->fresh = false;
	for (int number = last; number > 0; number--) {
		const struct pulse_smooth_hop *hop = waiting(smooth, number);

		if (hop->ran) {
			pulse_filter_weigh(back, hop->logits);
		}
		pulse_track_predict(back);
	}
}

/* Section 8 for a hop that has an estimate. */
static uint8_t state(const struct pulse_smooth *smooth, const struct pulse_smooth_hop *hop,
		     uint16_t confidence_q15)
{
	if (confidence_q15 >= smooth->valid_q15) {
		return PULSE_VALID;
	}
	return hop->rest ? PULSE_NO_PULSE : PULSE_MOTION_UNCERTAIN;
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
	}
	pulse_track_predict(track);
	if (hop->ran) {
		pulse_filter_weigh(track, hop->logits);
		track->fresh = false;
	}
	*late = hop->result;
	if (late->bpm_q8 != 0) {
		look_back(smooth, &both);
		pulse_filter_multiply(&both, track);
		struct pulse_estimate estimate = pulse_filter_estimate(&both);

		late->bpm_q8 = estimate.bpm_q8;
		late->confidence_q15 = estimate.confidence_q15;
		late->state = state(smooth, hop, estimate.confidence_q15);
	}
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
	hop->resets =
		now->state == PULSE_NO_CONTACT ||
		(smooth->any && (now->time_us <= smooth->end_us || step > PULSE_TRACK_GAP_US));
	smooth->any = true;
	smooth->end_us = now->time_us;
	smooth->valid_q15 = estimator->valid_q15;
	smooth->count++;
	return smooth->count == SLOTS && pulse_smooth_drain(smooth, late);
}
