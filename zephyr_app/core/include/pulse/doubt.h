/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reasons to doubt a confident value: light that no heart makes, slow hearts read double, the arm's
 * cadence (docs/signal_path.md, section 8a). With the spectral front end only.
 */
#ifndef PULSE_DOUBT_H_
#define PULSE_DOUBT_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/numbers.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is remembered from hop to hop; 20 bytes. */
struct pulse_doubt {
	uint16_t steady_q8[PULSE_DOUBT_STEADY_HOPS]; /* rates of the latest hops at rest, 1/256 BPM
						      */
	uint8_t next;                                /* slot of the next one */
	uint8_t count;                               /* of them */
	uint16_t before_q8;                          /* rate of the hop before */
	uint8_t clear; /* valid hops in a row that did not coincide with the motion */
	bool alibi;    /* the rate was there before it coincided */
	bool now;      /* the latest estimate is in doubt */
};

/** What comes next does not follow. */
void pulse_doubt_break(struct pulse_doubt *doubt);

/**
 * Whether not to believe an estimate; sets doubt->now.
 *
 * @param light   the newest window's features of light at the bins
 * @param swing   of the arm
 * @param motion  the newest window's motion
 * @param rest    the wrist is at rest
 * @param valid   the estimate would be shown
 */
bool pulse_doubt_hop(struct pulse_doubt *doubt, const int8_t light[PULSE_BINS],
		     const int8_t swing[PULSE_BINS], int8_t motion, int32_t bpm_q8, bool rest,
		     bool valid);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_DOUBT_H_ */
