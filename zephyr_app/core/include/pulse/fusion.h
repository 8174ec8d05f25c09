/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several LEDs: which of them the network runs on, and how their evidence is weighed and added
 * (docs/signal_path.md, section 7a). Only with PULSE_LEDS > 1.
 */
#ifndef PULSE_FUSION_H_
#define PULSE_FUSION_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/hop.h>
#include <pulse/track.h>

#ifdef __cplusplus
extern "C" {
#endif

#if PULSE_LEDS > 1

/* One LED's record. */
struct pulse_fusion_led {
	struct pulse_track track; /* on this LED's evidence alone */
	uint16_t trust_q15;       /* running mean of that track's confidence */
	uint8_t count;            /* contiguous hops with contact, up to PULSE_WINDOW_HOPS */
	uint8_t rested;           /* hops since its network ran */
	uint8_t weight;           /* in the latest estimate, of PULSE_FUSION_WHOLE */
	bool fresh;               /* its input holds no window since the last break */
	bool ran;                 /* its network ran on this hop */
	bool unsure;              /* on this hop: clipped light, or evidence that is spread wide */
	uint16_t saturated[PULSE_WINDOW_HOPS]; /* raw samples of the window's hops, by slot */
	uint8_t steps[PULSE_BINS];             /* below its highest logit, on this hop */
};

struct pulse_fusion {
	struct pulse_fusion_led led[PULSE_LEDS];
	uint16_t samples[PULSE_WINDOW_HOPS]; /* raw samples of an LED, by slot */
};

#endif

#ifdef __cplusplus
}
#endif
#endif /* PULSE_FUSION_H_ */
