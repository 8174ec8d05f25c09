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

/* Working memory of one call; nothing of it needs to last. */
struct pulse_spectrum_scratch {
	uint64_t power[PULSE_SPECTRUM_POWERS];
	struct pulse_complex z[PULSE_WINDOW_FRAMES / 2];
};

/**
 * Append the features of a full window to the network's input, [bin][hop, oldest first][feature],
 * whose oldest hop drops out. The input is all the state there is: nobody else may write to it.
 *
 * @param first  the first full window since the window was cleared: it stands for the hops before
 * it
 */
void pulse_spectrum_append(const struct pulse_window *window, const struct pulse_moments *moments,
			   bool first, struct pulse_spectrum_scratch *scratch,
			   int8_t input[PULSE_SPECTRUM_INPUT]);

#if PULSE_LEDS > 1
/**
 * As pulse_spectrum_append(), with the features of motion copied from the input of another LED,
 * which this hop has been appended to: a quarter of the cost.
 */
void pulse_spectrum_append_light(const struct pulse_window *window,
				 const struct pulse_moments *moments, bool first,
				 struct pulse_spectrum_scratch *scratch,
				 const int8_t from[PULSE_SPECTRUM_INPUT],
				 int8_t input[PULSE_SPECTRUM_INPUT]);
#endif

#ifdef __cplusplus
}
#endif
#endif /* PULSE_SPECTRUM_H_ */
