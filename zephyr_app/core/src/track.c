/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 7. */
#include <pulse/track.h>

#include "filter.h"
#include "integer.h"
#include "pulse_config.h"

#define UNIFORM (PULSE_TRACK_MASS / PULSE_BINS)

static const uint16_t transition[PULSE_TRACK_HALF_WIDTH + 1] = PULSE_TRACK_TRANSITION;
static const uint8_t newest_counts[PULSE_WINDOW_HOPS] = PULSE_TRACK_FIRST;
static const uint16_t likelihood[256] = PULSE_TRACK_LIKELIHOOD;
static const uint16_t confidence_map[17] = PULSE_CONFIDENCE_MAP;

PULSE_ASSERT(PULSE_TRACK_LEAK >= 1 && PULSE_TRACK_LEAK <= 32768); /* no bin is ever impossible */
PULSE_ASSERT(PULSE_TRACK_HALF_WIDTH < PULSE_BINS);

void pulse_track_reset(struct pulse_track *track)
{
	for (int b = 0; b < PULSE_BINS; b++) {
		track->posterior[b] = UNIFORM;
	}
	track->looks = 0;
}

void pulse_track_predict(struct pulse_track *track)
{
	if (track->looks == 0) {
		return; /* what may be anything stays so */
	}
	/* The posterior between zeros, so that neighbours beyond the ends add nothing. */
	uint32_t padded[PULSE_BINS + 2 * PULSE_TRACK_HALF_WIDTH] = {0};
	uint32_t *p = padded + PULSE_TRACK_HALF_WIDTH;

	for (int b = 0; b < PULSE_BINS; b++) {
		p[b] = track->posterior[b];
	}
	for (int b = 0; b < PULSE_BINS; b++) {
		uint64_t sum = (uint64_t)transition[0] * p[b];

		for (int d = 1; d <= PULSE_TRACK_HALF_WIDTH; d++) {
			sum += (uint64_t)transition[d] * (p[b - d] + p[b + d]);
		}
		sum = (sum >> 15) * (32768 - PULSE_TRACK_LEAK);
		track->posterior[b] =
			(uint32_t)((sum + (uint64_t)PULSE_TRACK_LEAK * UNIFORM) >> 15);
	}
}

static uint64_t weighed(const struct pulse_track *track, const int8_t *logits, int best, int b)
{
	return (uint64_t)track->posterior[b] * likelihood[best - logits[b]];
}

/* Bits by which a sum exceeds 16. */
static int shift_of(uint64_t sum)
{
	int shift = 0;

	while (sum >> shift > UINT16_MAX) {
		shift++;
	}
	return shift;
}

void pulse_filter_weigh(struct pulse_track *track, const int8_t logits[PULSE_BINS])
{
	uint64_t sum = 0;
	int best = INT8_MIN;

	for (int b = 0; b < PULSE_BINS; b++) {
		best = logits[b] > best ? logits[b] : best;
	}
	for (int b = 0; b < PULSE_BINS; b++) {
		sum += weighed(track, logits, best, b);
	}
	int shift = shift_of(sum);
	uint32_t scale = UINT32_MAX / (uint32_t)(sum >> shift);

	/* Weighing twice takes fewer instructions than 832 bytes of stack are worth. */
	for (int b = 0; b < PULSE_BINS; b++) {
		uint64_t part = weighed(track, logits, best, b) >> shift;

		track->posterior[b] = (uint32_t)((part * scale) >> 8);
	}
}

void pulse_filter_multiply(struct pulse_track *track, const struct pulse_track *other)
{
	uint64_t sum = 0;

	for (int b = 0; b < PULSE_BINS; b++) {
		sum += (uint64_t)track->posterior[b] * other->posterior[b];
	}
	if (sum == 0) {
		return;
	}
	int shift = shift_of(sum);
	uint32_t scale = UINT32_MAX / (uint32_t)(sum >> shift);

	for (int b = 0; b < PULSE_BINS; b++) {
		uint64_t part = (uint64_t)track->posterior[b] * other->posterior[b] >> shift;

		track->posterior[b] = (uint32_t)((part * scale) >> 8);
	}
}

static uint16_t calibrate(uint32_t confidence)
{
	uint32_t i = confidence >> 11;

	if (i >= 16) {
		return confidence_map[16];
	}
	uint32_t rise = (uint32_t)confidence_map[i + 1] - confidence_map[i];

	return (uint16_t)(confidence_map[i] + ((rise * (confidence & 2047)) >> 11));
}

struct pulse_estimate pulse_filter_estimate(const struct pulse_track *track)
{
	const uint32_t *p = track->posterior;
	struct pulse_estimate estimate;
	uint64_t all = 0;
	uint64_t near = 0;
	uint64_t around = 0;
	uint64_t moment = 0;
	int peak = 0;

	for (int b = 0; b < PULSE_BINS; b++) {
		all += p[b];
		peak = p[b] > p[peak] ? b : peak;
	}
	int first = peak > PULSE_TRACK_NEAR ? peak - PULSE_TRACK_NEAR : 0;
	int last = peak < PULSE_BINS - PULSE_TRACK_NEAR ? peak + PULSE_TRACK_NEAR : PULSE_BINS - 1;

	for (int b = first; b <= last; b++) {
		near += p[b];
		moment += (uint64_t)p[b] * (uint32_t)(PULSE_BIN_Q8 * (PULSE_FIRST_BIN + b));
	}
	first = peak > PULSE_TRACK_AROUND ? peak - PULSE_TRACK_AROUND : 0;
	last = peak < PULSE_BINS - PULSE_TRACK_AROUND ? peak + PULSE_TRACK_AROUND : PULSE_BINS - 1;
	for (int b = first; b <= last; b++) {
		around += p[b];
	}
	estimate.gathered = (around << 15) / all >= PULSE_TRACK_AROUND_Q15;
	estimate.bpm_q8 = (int32_t)pulse_round_div((int64_t)moment, (int64_t)near);
	estimate.confidence_q15 = calibrate((uint32_t)((near << 15) / all));
	return estimate;
}

struct pulse_estimate pulse_track_update(struct pulse_track *track, const int8_t logits[PULSE_BINS])
{
	int times = track->looks < PULSE_WINDOW_HOPS ? newest_counts[track->looks] : 1;

	pulse_filter_weigh(track, logits);
	track->looks += track->looks < PULSE_WINDOW_HOPS;
	if (times == 1) {
		return pulse_filter_estimate(track);
	}
	/* Less was seen of this window before: it counts more, for its own estimate only. */
	struct pulse_track own = *track;

	while (--times > 0) {
		pulse_filter_weigh(&own, logits);
	}
	return pulse_filter_estimate(&own);
}
