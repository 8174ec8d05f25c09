/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 7a. */
#include "fusion.h"

#if PULSE_LEDS > 1

#include <string.h>

#include "integer.h"
#include "pulse_config.h"

PULSE_ASSERT(PULSE_FUSION_NONE > PULSE_FUSION_FULL);

static const uint16_t likelihood[256] = PULSE_TRACK_LIKELIHOOD;

/* An LED without contact knows nothing any more. */
static void forget(struct pulse_fusion_led *own)
{
	pulse_track_reset(&own->track);
	own->trust_q15 = PULSE_FUSION_TRUST;
	own->count = 0;
	own->rested = 0;
	own->weight = 0;
	own->fresh = true;
}

void pulse_fusion_break(struct pulse_fusion *fusion)
{
	for (int led = 0; led < PULSE_LEDS; led++) {
		fusion->led[led].count = 0;
		fusion->led[led].rested = 0;
		fusion->led[led].weight = 0;
		fusion->led[led].fresh = true;
	}
}

void pulse_fusion_reset(struct pulse_fusion *fusion)
{
	for (int led = 0; led < PULSE_LEDS; led++) {
		pulse_track_reset(&fusion->led[led].track);
		fusion->led[led].trust_q15 = PULSE_FUSION_TRUST;
	}
}

static bool lit(const struct pulse_hop *hop, int led)
{
	uint32_t dark = led == 0 ? hop->dark : hop->more[led - 1].dark;

	return PULSE_DARK_ONE_IN * dark <= hop->samples;
}

bool pulse_fusion_contact(const struct pulse_hop *hop)
{
	bool any = false;

	for (int led = 0; led < PULSE_LEDS; led++) {
		any |= lit(hop, led);
	}
	return any;
}

void pulse_fusion_push(struct pulse_fusion *fusion, const struct pulse_hop *hop, uint8_t slot)
{
	fusion->samples[slot] = hop->samples;
	for (int led = 0; led < PULSE_LEDS; led++) {
		struct pulse_fusion_led *own = &fusion->led[led];

		own->saturated[slot] = led == 0 ? hop->saturated : hop->more[led - 1].saturated;
		own->ran = false;
		if (!lit(hop, led)) {
			forget(own);
			continue;
		}
		own->count += own->count < PULSE_WINDOW_HOPS;
	}
}

void pulse_fusion_predict(struct pulse_fusion *fusion)
{
	for (int led = 0; led < PULSE_LEDS; led++) {
		pulse_track_predict(&fusion->led[led].track);
	}
}

unsigned int pulse_fusion_whole(const struct pulse_fusion *fusion)
{
	unsigned int whole = 0;

	for (int led = 0; led < PULSE_LEDS; led++) {
		whole |= (unsigned int)(fusion->led[led].count == PULSE_WINDOW_HOPS) << led;
	}
	return whole;
}

/* More than one raw sample in `one_in` of a window stands at the end of the range. */
static bool saturated(const struct pulse_fusion *fusion, int led, uint32_t one_in)
{
	uint32_t samples = 0;
	uint32_t ends = 0;

	for (int slot = 0; slot < PULSE_WINDOW_HOPS; slot++) {
		samples += fusion->samples[slot];
		ends += fusion->led[led].saturated[slot];
	}
	return one_in * ends > samples;
}

unsigned int pulse_fusion_choose(struct pulse_fusion *fusion, const uint32_t ppg_root[PULSE_LEDS])
{
	unsigned int whole = pulse_fusion_whole(fusion);
	unsigned int seeing = 0;
	unsigned int chosen = 0;

	for (int led = 0; led < PULSE_LEDS; led++) {
		bool blind = ppg_root[led] <= PULSE_PPG_ROOT_FLOOR ||
			     saturated(fusion, led, PULSE_FUSION_BLIND);

		seeing |= blind ? 0 : whole & 1u << led;
	}
	seeing = seeing != 0 ? seeing : whole;
	for (int led = 0; led < PULSE_LEDS; led++) {
		struct pulse_fusion_led *own = &fusion->led[led];

		if ((seeing & 1u << led) == 0) {
			continue;
		}
		if (own->rested == 0 || ++own->rested > PULSE_FUSION_REST) {
			chosen |= 1u << led;
		}
	}
	return chosen != 0 ? chosen : seeing;
}

/* Share of the likelihood within PULSE_TRACK_NEAR bins of the highest, Q15; the first on ties. */
static uint32_t certainty(const uint8_t steps[PULSE_BINS])
{
	uint32_t all = 0;
	uint32_t near = 0;
	int peak = 0;

	while (steps[peak] != 0) {
		peak++;
	}
	for (int b = 0; b < PULSE_BINS; b++) {
		uint32_t one = likelihood[steps[b]];

		all += one;
		near += b >= peak - PULSE_TRACK_NEAR && b <= peak + PULSE_TRACK_NEAR ? one : 0;
	}
	return (uint32_t)(((uint64_t)near << 15) / all);
}

void pulse_fusion_take(struct pulse_fusion *fusion, int led, const int8_t logits[PULSE_BINS])
{
	struct pulse_fusion_led *own = &fusion->led[led];
	int32_t confidence = pulse_track_update(&own->track, logits).confidence_q15;
	int best = INT8_MIN;

	for (int b = 0; b < PULSE_BINS; b++) {
		best = logits[b] > best ? logits[b] : best;
	}
	for (int b = 0; b < PULSE_BINS; b++) {
		own->steps[b] = (uint8_t)(best - logits[b]);
	}
	own->trust_q15 =
		(uint16_t)(own->trust_q15 + ((confidence - own->trust_q15) >> PULSE_FUSION_SHIFT));
	own->unsure = saturated(fusion, led, PULSE_FUSION_CLIPPED) ||
		      certainty(own->steps) < PULSE_FUSION_UNSURE;
	own->ran = true;
}

/* Weight of an LED whose trust lies so much below the best; alone: no other LED has a weight. */
static uint8_t weight(const struct pulse_fusion_led *own, int32_t below, bool alone)
{
	int32_t whole = PULSE_FUSION_WHOLE;

	if (below >= PULSE_FUSION_NONE) {
		return 0;
	}
	if (alone) {
		return PULSE_FUSION_WHOLE;
	}
	if (below > PULSE_FUSION_FULL) {
		whole = whole * (PULSE_FUSION_NONE - below) /
			(PULSE_FUSION_NONE - PULSE_FUSION_FULL);
	}
	return (uint8_t)(own->unsure ? whole / 2 : whole);
}

void pulse_fusion_add(struct pulse_fusion *fusion, int8_t logits[PULSE_BINS])
{
	uint16_t best = 0;
	int weighed = 0;
	uint16_t sum[PULSE_BINS] = {0};
	uint16_t least = UINT16_MAX;

	for (int led = 0; led < PULSE_LEDS; led++) {
		struct pulse_fusion_led *own = &fusion->led[led];

		best = own->ran && own->trust_q15 > best ? own->trust_q15 : best;
	}
	for (int led = 0; led < PULSE_LEDS; led++) {
		const struct pulse_fusion_led *own = &fusion->led[led];

		weighed += own->ran && best - own->trust_q15 < PULSE_FUSION_NONE;
	}
	for (int led = 0; led < PULSE_LEDS; led++) {
		struct pulse_fusion_led *own = &fusion->led[led];

		own->weight = 0;
		if (!own->ran) {
			continue;
		}
		own->weight = weight(own, best - own->trust_q15, weighed == 1);
		own->rested = own->weight == 0;
		for (int b = 0; b < PULSE_BINS; b++) {
			sum[b] = (uint16_t)(sum[b] +
					    (own->steps[b] * own->weight) / PULSE_FUSION_WHOLE);
		}
	}
	for (int b = 0; b < PULSE_BINS; b++) {
		least = sum[b] < least ? sum[b] : least;
	}
	for (int b = 0; b < PULSE_BINS; b++) {
		uint16_t below = (uint16_t)(sum[b] - least);

		logits[b] = (int8_t)(INT8_MAX - (below < UINT8_MAX ? below : UINT8_MAX));
	}
}

#endif
