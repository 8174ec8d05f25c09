/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pulse/estimator.h>

#include "fusion.h"
#include "integer.h"
#include "quality.h"

#ifdef PULSE_FRONT_END_SPECTRUM
#ifndef PULSE_MODEL_INPUT_OFFSET
#error "the model takes no input in its arena: generate it with --input-in-arena"
#endif
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
#if PULSE_LEDS > 1
	pulse_fusion_break(&estimator->fusion);
#endif
#ifdef PULSE_FRONT_END_SPECTRUM
	pulse_doubt_break(&estimator->doubt);
#endif
	estimator->fresh = true;
	estimator->last_state = PULSE_ACQUIRING;
}

/* The heart rate may have moved since the hop before. */
static void predict_track(struct pulse_estimator *estimator)
{
	pulse_track_predict(&estimator->track);
#if PULSE_LEDS > 1
	pulse_fusion_predict(&estimator->fusion);
#endif
}

static void forget_track(struct pulse_estimator *estimator)
{
	pulse_track_reset(&estimator->track);
#if PULSE_LEDS > 1
	pulse_fusion_reset(&estimator->fusion);
#endif
}

void pulse_estimator_init(struct pulse_estimator *estimator)
{
	memset(estimator, 0, sizeof(*estimator));
	estimator->valid_q15 = PULSE_CONFIDENCE_VALID;
	break_off(estimator);
	forget_track(estimator);
}

/* Step 1 and the bookkeeping of step 3 of section 8: does this hop follow the one before it? */
static bool follows(struct pulse_estimator *estimator, const struct pulse_hop *hop)
{
	uint64_t step = (uint64_t)hop->end_us - (uint64_t)estimator->end_us;
	bool first = estimator->hops == 0;
	bool broken = hop->discontinuous || (!first && step != PULSE_HOP_US);

	if (!first && (hop->end_us <= estimator->end_us || step > PULSE_TRACK_GAP_US)) {
		forget_track(estimator);
	}
	estimator->end_us = hop->end_us;
	estimator->hops++;
	estimator->gaps += broken;
	return !broken;
}

/* An LED, whose light is the window's now. new_hop: the first LED of this hop; first: its first. */
static void look_at(struct pulse_estimator *estimator, int led, const struct pulse_moments *moments,
		    bool new_hop, bool first)
{
#ifdef PULSE_FRONT_END_SPECTRUM
	if (new_hop) {
		pulse_spectrum_motion(&estimator->spectrum, &estimator->window, moments,
				      &estimator->work.spectrum);
	}
	pulse_spectrum_light(&estimator->spectrum, led, &estimator->window, moments, first,
			     &estimator->work.spectrum);
#else
	(void)new_hop;
	(void)first;
	pulse_window_quantise(&estimator->window, moments, estimator->work.ppg,
			      estimator->input[led]);
#endif
}

static void run(struct pulse_estimator *estimator, int led)
{
#ifdef PULSE_FRONT_END_SPECTRUM
	int8_t *input = (int8_t *)estimator->work.arena + PULSE_MODEL_INPUT_OFFSET;

	pulse_spectrum_input(&estimator->spectrum, led, input);
#else
	const int8_t *input = estimator->input[led];
#endif
	pulse_model_run(input, estimator->logits, estimator->work.arena);
}

#if PULSE_LEDS > 1

static bool contact(const struct pulse_hop *hop)
{
	return pulse_fusion_contact(hop);
}

static void push(struct pulse_estimator *estimator, const struct pulse_hop *hop)
{
	uint8_t slot = estimator->window.next;

	pulse_window_push(&estimator->window, hop);
	pulse_fusion_push(&estimator->fusion, hop, slot);
}

static bool whole(const struct pulse_estimator *estimator)
{
	return pulse_fusion_whole(&estimator->fusion) != 0;
}

/* The network's view of each LED that has a whole window. @return root of the acceleration */
static uint32_t look(struct pulse_estimator *estimator, uint32_t ppg_root[PULSE_LEDS])
{
	unsigned int leds = pulse_fusion_whole(&estimator->fusion);
	uint32_t acc_root = 0;

	for (int led = 0; led < PULSE_LEDS; led++) {
		if ((leds & 1u << led) == 0) {
			continue;
		}
		pulse_window_swap(&estimator->window, led);
		struct pulse_moments moments = pulse_window_moments(&estimator->window);

		look_at(estimator, led, &moments, acc_root == 0, estimator->fusion.led[led].fresh);
		pulse_window_swap(&estimator->window, led);
		estimator->fusion.led[led].fresh = false;
		ppg_root[led] = moments.ppg_root;
		acc_root = moments.acc_root; /* never 0 */
	}
	return acc_root;
}

/* @return how often the network ran */
static int infer(struct pulse_estimator *estimator, const uint32_t ppg_root[PULSE_LEDS])
{
	unsigned int leds = pulse_fusion_choose(&estimator->fusion, ppg_root);
	int runs = 0;

	for (int led = 0; led < PULSE_LEDS; led++) {
		if ((leds & 1u << led) == 0) {
			continue;
		}
		run(estimator, led);
		pulse_fusion_take(&estimator->fusion, led, estimator->logits);
		runs++;
	}
	pulse_fusion_add(&estimator->fusion, estimator->logits);
	return runs;
}

unsigned int pulse_estimator_leds(const struct pulse_estimator *estimator)
{
	unsigned int leds = 0;

	for (int led = 0; led < PULSE_LEDS; led++) {
		leds |= (unsigned int)(estimator->fusion.led[led].weight != 0) << led;
	}
	return leds;
}

#else

static bool contact(const struct pulse_hop *hop)
{
	return pulse_quality_contact(hop);
}

static void push(struct pulse_estimator *estimator, const struct pulse_hop *hop)
{
	pulse_window_push(&estimator->window, hop);
}

static bool whole(const struct pulse_estimator *estimator)
{
	return estimator->window.count == PULSE_WINDOW_HOPS;
}

/* The network's view of the window. @return root of the acceleration */
static uint32_t look(struct pulse_estimator *estimator, uint32_t ppg_root[PULSE_LEDS])
{
	struct pulse_moments moments = pulse_window_moments(&estimator->window);

	look_at(estimator, 0, &moments, true, estimator->fresh);
	estimator->fresh = false;
	ppg_root[0] = moments.ppg_root;
	return moments.acc_root;
}

/* @return how often the network ran */
static int infer(struct pulse_estimator *estimator, const uint32_t ppg_root[PULSE_LEDS])
{
	(void)ppg_root;
	run(estimator, 0);
	return 1;
}

unsigned int pulse_estimator_leds(const struct pulse_estimator *estimator)
{
	return estimator->window.count == PULSE_WINDOW_HOPS;
}

#endif

#ifdef PULSE_FRONT_END_SPECTRUM
/* The LED that counts most, the first of equals. */
static int weightiest(const struct pulse_estimator *estimator)
{
	int best = 0;

#if PULSE_LEDS > 1
	const struct pulse_fusion_led *led = estimator->fusion.led;

	for (int i = 1; i < PULSE_LEDS; i++) {
		best = led[i].weight > led[best].weight ? i : best;
	}
#else
	(void)estimator;
#endif
	return best;
}

static bool doubtful(struct pulse_estimator *estimator, bool rest, uint16_t threshold_q15)
{
	const struct pulse_spectrum *spectrum = &estimator->spectrum;
	uint8_t newest = spectrum->newest;
	bool valid = estimator->last.confidence_q15 >= threshold_q15;

	return pulse_doubt_hop(&estimator->doubt, spectrum->light[weightiest(estimator)][newest],
			       spectrum->swing[newest], spectrum->motion[newest],
			       estimator->last.bpm_q8, rest, valid);
}
#endif

/* The latest logits into the track, and what its estimate is worth. */
static void judge(struct pulse_estimator *estimator, uint32_t acc_root)
{
	struct pulse_estimate *last = &estimator->last;
	int32_t before_q8 = last->bpm_q8;

	*last = pulse_track_update(&estimator->track, estimator->logits);
	uint16_t threshold_q15 =
		pulse_quality_threshold(estimator->valid_q15, last->bpm_q8, before_q8,
					estimator->last_state == PULSE_VALID);
	bool at_rest = acc_root == PULSE_ACC_REST;
	bool doubted = false;

#ifdef PULSE_FRONT_END_SPECTRUM
	doubted = doubtful(estimator, at_rest, threshold_q15);
	if (doubted && last->confidence_q15 > PULSE_DOUBT_Q15) {
		last->confidence_q15 = PULSE_DOUBT_Q15;
	}
#endif
	enum pulse_state unsure = pulse_quality_unsure(at_rest, doubted, last->gathered);

	estimator->last_state =
		(uint8_t)(last->confidence_q15 >= threshold_q15 ? PULSE_VALID : unsure);
}

int pulse_estimator_hop(struct pulse_estimator *estimator, const struct pulse_hop *hop,
			struct pulse_result *out)
{
	uint32_t ppg_root[PULSE_LEDS] = {0};
	int runs = 0;

	*out = (struct pulse_result){.time_us = hop->end_us, .hop = estimator->hops};
	bool contiguous = follows(estimator, hop);

	out->gaps = estimator->gaps;
	if (!contact(hop)) {
		break_off(estimator);
		forget_track(estimator);
		out->state = PULSE_NO_CONTACT;
		return 0;
	}
	if (!contiguous) {
		break_off(estimator);
	}
	push(estimator, hop);
	if (!whole(estimator)) {
		predict_track(estimator);
		out->state = PULSE_ACQUIRING;
		return 0;
	}
	bool moving = pulse_window_moving(&estimator->window);
	bool skipped = pulse_policy_skips(&estimator->policy, moving);
	uint32_t acc_root = look(estimator, ppg_root);

	if (!skipped) { /* else the track holds */
		predict_track(estimator);
		runs = infer(estimator, ppg_root);
		judge(estimator, acc_root);
		pulse_policy_note(&estimator->policy, estimator->last_state == PULSE_VALID,
				  estimator->last.confidence_q15, moving);
	}
	out->bpm_q8 = estimator->last.bpm_q8;
	out->confidence_q15 = estimator->last.confidence_q15;
	out->state = estimator->last_state;
	return runs;
}
