/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hop: two seconds of both sensors on one 32 Hz grid. It is what the aligner makes, what a
 * message queue carries from the sampling thread to the inference thread, and what the estimator
 * takes. A plain value, no pointers: copy it freely.
 */
#ifndef PULSE_HOP_H_
#define PULSE_HOP_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/numbers.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * LEDs at most, 1 to 4: a build option (Kconfig PULSE_LEDS, or -DPULSE_LEDS=3 for every file that
 * includes these headers). With 1, the default, no struct holds anything for further LEDs.
 */
#ifndef PULSE_LEDS
#define PULSE_LEDS 1
#endif
#if PULSE_LEDS < 1 || PULSE_LEDS > PULSE_FUSION_LEDS
#error "PULSE_LEDS: expected 1 to PULSE_FUSION_LEDS"
#endif

#define PULSE_HOP_US  (PULSE_FRAME_US * PULSE_HOP_FRAMES)
#define PULSE_PPG_MAX ((1 << PULSE_PPG_BITS) - 1) /* full scale, counts */

/* What a hop holds of an LED after the first; its raw samples are those of the first LED in time.
 */
struct pulse_hop_led {
	int32_t ppg[PULSE_HOP_FRAMES]; /* 1/16 sensor counts */
	uint16_t saturated;            /* raw samples at either rail */
	uint16_t dark;                 /* raw samples below PULSE_DARK_COUNTS */
};

struct pulse_hop {
	/* Time of the last frame + PULSE_FRAME_US, microseconds on the samples' clock. */
	int64_t end_us;
	/* First LED: 1/16 sensor counts, 0 .. 16 * PULSE_PPG_MAX. */
	int32_t ppg[PULSE_HOP_FRAMES];
	/* X, Y, Z at PULSE_ACC_LSB_PER_G. */
	int16_t acc[PULSE_HOP_FRAMES][3];
	/* First LED's raw samples within the hop: at either rail; below PULSE_DARK_COUNTS; all. */
	uint16_t saturated;
	uint16_t dark;
	uint16_t samples;
	/* Samples were missing between the previous hop and this one. */
	bool discontinuous;
#if PULSE_LEDS > 1
	struct pulse_hop_led more[PULSE_LEDS - 1]; /* the other LEDs */
#endif
};

#ifdef __cplusplus
}
#endif
#endif /* PULSE_HOP_H_ */
