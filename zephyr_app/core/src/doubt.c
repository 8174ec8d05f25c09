/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 8a. */
#include <pulse/doubt.h>

#include <string.h>

#include "integer.h"

static const uint8_t twice[] = PULSE_DOUBT_TWICE;
static const uint8_t thrice[] = PULSE_DOUBT_THRICE;

void pulse_doubt_break(struct pulse_doubt *doubt)
{
	memset(doubt, 0, sizeof(*doubt));
}

/* Bin of the rate times `times` / `by`; may lie beyond the bins. */
static int32_t bin_of(int32_t bpm_q8, int32_t times, int32_t by)
{
	return (int32_t)pulse_round_div(times * bpm_q8, by * PULSE_BIN_Q8) - PULSE_FIRST_BIN;
}

/* The largest feature within a bin of the rate times `times` / `by`; 0 beyond the bins. */
static int32_t at(const int8_t *features, int32_t bpm_q8, int32_t times, int32_t by)
{
	int32_t middle = bin_of(bpm_q8, times, by);
	int32_t largest = 0;

	for (int32_t b = middle - 1; b <= middle + 1; b++) {
		if (b >= 0 && b < PULSE_BINS) {
			int32_t v = features[b] + 128;

			largest = v > largest ? v : largest;
		}
	}
	return largest;
}

/* The light's line is no wider than the window's: hardly anything 8 to 12 bins beside it. */
static bool pure(const int8_t *light, int32_t bpm_q8)
{
	int32_t middle = bin_of(bpm_q8, 1, 1);
	int32_t side = 0;

	for (int32_t d = -12; d <= 12; d++) {
		int32_t b = middle + d;

		if ((d <= -8 || d >= 8) && b >= 0 && b < PULSE_BINS) {
			int32_t v = light[b] + 128;

			side = v > side ? v : side;
		}
	}
	return 64 * side <= PULSE_DOUBT_SIDE * at(light, bpm_q8, 1, 1);
}

/* No heart beats so evenly: the rate stands still, for long or from the start with a pure line. */
static bool lamp(const struct pulse_doubt *doubt, const int8_t *light, int32_t bpm_q8)
{
	uint16_t least = UINT16_MAX;
	uint16_t most = 0;

	for (int i = 0; i < doubt->count; i++) {
		uint16_t rate = doubt->steady_q8[i];

		least = rate < least ? rate : least;
		most = rate > most ? rate : most;
	}
	if (most - least > PULSE_DOUBT_STEADY_Q8) {
		return false;
	}
	return doubt->count == PULSE_DOUBT_STEADY_HOPS || pure(light, bpm_q8);
}

/* Light at half the rate and at three halves of it: a slow heart, read double. */
static bool doubled(const int8_t *light, int32_t bpm_q8)
{
	int32_t own = at(light, bpm_q8, 1, 1);

	return 10 * at(light, bpm_q8, 1, 2) >= 7 * own && 2 * at(light, bpm_q8, 3, 2) >= own;
}

/* The rate is twice or three times the arm's, which arm and light also show at lower multiples. */
static bool cadence(const int8_t *light, const int8_t *swing, int8_t motion, int32_t bpm_q8)
{
	if (motion + 128 <= PULSE_DOUBT_MOTION) {
		return false;
	}
	return (at(swing, bpm_q8, 1, 1) > twice[0] && at(swing, bpm_q8, 1, 2) > twice[1] &&
		at(light, bpm_q8, 1, 2) > twice[2]) ||
	       (at(swing, bpm_q8, 2, 3) > thrice[0] && at(swing, bpm_q8, 1, 3) > thrice[1] &&
		at(light, bpm_q8, 2, 3) > thrice[2] && at(light, bpm_q8, 1, 3) > thrice[3]);
}

/* An estimate that was there before it coincided with the motion has an alibi. */
static void note(struct pulse_doubt *doubt, int32_t bpm_q8, bool coincides, bool valid)
{
	int32_t step = bpm_q8 - doubt->before_q8;

	if (step > PULSE_DOUBT_JUMP_Q8 || step < -PULSE_DOUBT_JUMP_Q8) {
		doubt->clear = 0;
		doubt->alibi = false;
	}
	doubt->before_q8 = (uint16_t)bpm_q8;
	if (coincides) {
		doubt->clear = 0;
	} else if (valid && doubt->clear < PULSE_DOUBT_ALIBI_HOPS) {
		doubt->clear++;
	}
	doubt->alibi |= doubt->clear >= PULSE_DOUBT_ALIBI_HOPS;
}

bool pulse_doubt_hop(struct pulse_doubt *doubt, const int8_t light[PULSE_BINS],
		     const int8_t swing[PULSE_BINS], int8_t motion, int32_t bpm_q8, bool rest,
		     bool valid)
{
	bool coincides = !rest && cadence(light, swing, motion, bpm_q8);

	note(doubt, bpm_q8, coincides, valid);
	if (!rest) {
		doubt->next = 0;
		doubt->count = 0;
		doubt->now = coincides && !doubt->alibi;
		return doubt->now;
	}
	doubt->steady_q8[doubt->next] = (uint16_t)bpm_q8;
	doubt->next = (uint8_t)((doubt->next + 1) % PULSE_DOUBT_STEADY_HOPS);
	doubt->count += doubt->count < PULSE_DOUBT_STEADY_HOPS;
	doubt->now = doubled(light, bpm_q8) || lamp(doubt, light, bpm_q8);
	return doubt->now;
}
