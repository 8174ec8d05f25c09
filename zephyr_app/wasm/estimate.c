/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core for a web page: samples in one by one, results out one by one, by plain numbers.
 *
 * No imports, no heap: a page instantiates the module with {}. Times are doubles, exact integers up
 * to 2^53 microseconds, because JavaScript's 64-bit integers are slow. One recording at a time.
 * docs/browser/estimator.js is the caller.
 */
#include <stdbool.h>
#include <stdint.h>

#include <pulse/align.h>
#include <pulse/estimator.h>

#include "pulse_config.h"

#define EXPORT __attribute__((visibility("default"), used))

#define BAND_PERCENT 90 /* of the posterior lies within the band */

static struct pulse_align align;
static struct pulse_estimator estimator;
static struct pulse_result result;
static bool banded; /* the posterior is the one that the latest estimate comes from */

/** Start a new recording: no samples, no window, no track. */
EXPORT void web_start(void)
{
	pulse_align_init(&align);
	pulse_estimator_init(&estimator);
}

/**
 * One PPG sample; the contract of pulse_align_ppg().
 * @param t_us  whole microseconds
 */
EXPORT void web_ppg(double t_us, uint32_t counts)
{
	pulse_align_ppg(&align, (int64_t)t_us, counts);
}

/**
 * One accelerometer sample, 4096 to the g, within int16; the contract of pulse_align_acc().
 * @param t_us  whole microseconds
 */
EXPORT void web_acc(double t_us, int32_t x, int32_t y, int32_t z)
{
	const int16_t xyz[3] = {(int16_t)x, (int16_t)y, (int16_t)z};

	pulse_align_acc(&align, (int64_t)t_us, xyz);
}

/*
 * The first estimates after a reset count the newest window several times; the posterior that is
 * kept counts it once, so that it is not theirs. Looks of the track before and after a hop.
 */
static bool counted_once(uint8_t before, uint8_t after)
{
	static const uint8_t counts[PULSE_WINDOW_HOPS] = PULSE_TRACK_FIRST;

	if (before == PULSE_WINDOW_HOPS && after == PULSE_WINDOW_HOPS) {
		return true;
	}
	return after > 0 && counts[after - 1] == 1;
}

/**
 * The next result, if the samples so far complete a hop. Call after each sample until it says 0.
 * @return 1 when the functions below tell a new result
 */
EXPORT int web_take(void)
{
	struct pulse_hop hop;

	if (!pulse_align_take(&align, &hop)) {
		return 0;
	}
	uint8_t before = estimator.track.looks;

	pulse_estimator_hop(&estimator, &hop, &result);
	banded = result.bpm_q8 != 0 && counted_once(before, estimator.track.looks);
	return 1;
}

/* Fields of the latest result: struct pulse_result. */
EXPORT double web_time_us(void)
{
	return (double)result.time_us;
}

EXPORT int32_t web_bpm_q8(void)
{
	return result.bpm_q8;
}

EXPORT int32_t web_confidence_q15(void)
{
	return result.confidence_q15;
}

EXPORT int32_t web_state(void)
{
	return result.state;
}

EXPORT int32_t web_gaps(void)
{
	return (int32_t)result.gaps;
}

/* 1/256 BPM below which the given mass of the posterior lies, linear within a bin. */
static int32_t quantile(uint64_t mass)
{
	const uint32_t *p = estimator.track.posterior;

	for (int bin = 0; bin < PULSE_BINS; bin++) {
		if (mass <= p[bin]) {
			int32_t lower_edge =
				PULSE_BIN_Q8 * (PULSE_FIRST_BIN + bin) - PULSE_BIN_Q8 / 2;

			return lower_edge + (p[bin] ? (int32_t)(mass * PULSE_BIN_Q8 / p[bin]) : 0);
		}
		mass -= p[bin];
	}
	return PULSE_BIN_Q8 * (PULSE_FIRST_BIN + PULSE_BINS) - PULSE_BIN_Q8 / 2;
}

static uint64_t tail(uint32_t parts_of_200)
{
	uint64_t sum = 0;

	for (int bin = 0; bin < PULSE_BINS; bin++) {
		sum += estimator.track.posterior[bin];
	}
	return sum * parts_of_200 / 200;
}

/**
 * The central 90 % interval of the tracker's posterior after the latest hop, 1/256 BPM: its lower
 * end. 0 without an estimate, and for the first one after a reset.
 */
EXPORT int32_t web_low_q8(void)
{
	return banded ? quantile(tail(100 - BAND_PERCENT)) : 0;
}

/** Its upper end. */
EXPORT int32_t web_high_q8(void)
{
	return banded ? quantile(tail(100 + BAND_PERCENT)) : 0;
}

/** The name of a state, as the firmware prints it: the address of a string that ends in a zero. */
EXPORT const char *web_state_name(int32_t state)
{
	return pulse_state_name((uint8_t)state);
}
