/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spectral front end: what a window holds at each heart rate and at twice it, of light and of
 * motion, for the network (docs/signal_path.md, section 5).
 */
#ifndef PULSE_SPECTRUM_H_
#define PULSE_SPECTRUM_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/track.h>
#include <pulse/window.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PULSE_SPECTRUM_INPUT                                                                       \
	(PULSE_BINS * PULSE_WINDOW_HOPS * PULSE_SPECTRUM_FEATURES) /* bytes                        \
								    */

struct pulse_complex {
	int32_t re;
	int32_t im;
};

/* Of a signal: at the bins, and at twice those of them whose double is no bin. */
#define PULSE_SPECTRUM_POWERS ((3 * PULSE_BINS + PULSE_FIRST_BIN) / 2)

/*
 * What the network sees, without what it sees twice: features of the latest hops with a whole
 * window, at the bins and at twice those of them whose double is no bin.
 */
struct pulse_spectrum {
	int8_t light[PULSE_LEDS][PULSE_WINDOW_HOPS][PULSE_SPECTRUM_POWERS];
	int8_t swing[PULSE_WINDOW_HOPS][PULSE_SPECTRUM_POWERS]; /* of the arm */
	int8_t motion[PULSE_WINDOW_HOPS];
	uint8_t newest;           /* slot of the latest hop */
	uint8_t hops[PULSE_LEDS]; /* of an LED's light so far, up to PULSE_WINDOW_HOPS */
};

/* Working memory of one call; nothing of it needs to last. */
struct pulse_spectrum_scratch {
	uint64_t power[PULSE_SPECTRUM_POWERS];
	struct pulse_complex z[PULSE_WINDOW_FRAMES / 2];
};

/** Features of motion of a full window: a new hop, in the place of the oldest. */
void pulse_spectrum_motion(struct pulse_spectrum *spectrum, const struct pulse_window *window,
			   const struct pulse_moments *moments,
			   struct pulse_spectrum_scratch *scratch);

/**
 * Features of the light of LED `led`, which is the window's now, for the hop that
 * pulse_spectrum_motion() began.
 *
 * @param first  the first full window since the window was cleared: it stands for the hops before
 * it
 */
void pulse_spectrum_light(struct pulse_spectrum *spectrum, int led,
			  const struct pulse_window *window, const struct pulse_moments *moments,
			  bool first, struct pulse_spectrum_scratch *scratch);

/** The network's input for an LED: [bin][hop, oldest first][feature]. */
void pulse_spectrum_input(const struct pulse_spectrum *spectrum, int led,
			  int8_t input[PULSE_SPECTRUM_INPUT]);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_SPECTRUM_H_ */
