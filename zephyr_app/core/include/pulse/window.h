/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window: the last four contiguous hops, normalised to int8 for the network
 * (docs/signal_path.md, section 4).
 */
#ifndef PULSE_WINDOW_H_
#define PULSE_WINDOW_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/hop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PULSE_WINDOW_FRAMES (PULSE_WINDOW_HOPS * PULSE_HOP_FRAMES) /* 8 s */
#define PULSE_WINDOW_INPUT  (PULSE_CHANNELS * PULSE_WINDOW_FRAMES) /* bytes */

#if PULSE_LEDS > 1
/* Light of an LED after the first, in the window's slots, and each hop's sums. */
struct pulse_window_led {
	int32_t ppg[PULSE_WINDOW_HOPS][PULSE_HOP_FRAMES];
	int32_t sum[PULSE_WINDOW_HOPS];
	uint64_t squares[PULSE_WINDOW_HOPS];
};
#endif

/* A ring of hops, and each hop's sums, so that mean and power of a window cost four additions. */
struct pulse_window {
	int32_t ppg[PULSE_WINDOW_HOPS][PULSE_HOP_FRAMES];
	int16_t acc[PULSE_WINDOW_HOPS][PULSE_HOP_FRAMES][3];
	int32_t sum[PULSE_WINDOW_HOPS][PULSE_CHANNELS];
	uint64_t squares[PULSE_WINDOW_HOPS][PULSE_CHANNELS];
	uint8_t next;  /* slot of the oldest hop, which the next one replaces */
	uint8_t count; /* contiguous hops so far, up to PULSE_WINDOW_HOPS */
#if PULSE_LEDS > 1
	struct pulse_window_led more[PULSE_LEDS - 1];
#endif
};

/* Mean and root of the summed squares about it: PPG in 1/16 counts, ACC in LSB. */
struct pulse_moments {
	int32_t mean[PULSE_CHANNELS];
	uint32_t ppg_root; /* at least 64: a quarter of a count of standard deviation */
	uint32_t acc_root; /* the three axes together, at least PULSE_ACC_REST */
};

/** Forget all hops. */
void pulse_window_clear(struct pulse_window *window);

/** Take a copy of a hop that follows the previous one. */
void pulse_window_push(struct pulse_window *window, const struct pulse_hop *hop);

#if PULSE_LEDS > 1
/**
 * Exchange the first LED's light with that of LED `led`; the same call undoes it.
 * The functions below look at the first LED.
 */
void pulse_window_swap(struct pulse_window *window, int led);
#endif

/** Whether the newest hop holds motion: its ACC deviates by 0.04 g or more, root mean square. */
bool pulse_window_moving(const struct pulse_window *window);

/** Moments of a full window (count == PULSE_WINDOW_HOPS). */
struct pulse_moments pulse_window_moments(const struct pulse_window *window);

/**
 * The network's input from a full window, oldest frame first: PPG [256] between 0.5 and 5.5 Hz,
 * then ACC [256][3], 32 steps a standard deviation. `ppg` is scratch.
 */
void pulse_window_quantise(const struct pulse_window *window, const struct pulse_moments *moments,
			   int32_t ppg[PULSE_WINDOW_FRAMES], int8_t input[PULSE_WINDOW_INPUT]);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_WINDOW_H_ */
