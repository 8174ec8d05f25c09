/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 4. */
#include <string.h>

#include <pulse/window.h>

#include "integer.h"

#define STEPS (PULSE_INPUT_STEPS * PULSE_ROOT_DEVIATIONS) /* of a root */

void pulse_window_clear(struct pulse_window *window)
{
	window->next = 0;
	window->count = 0;
}

#if PULSE_LEDS > 1

static void push_led(struct pulse_window_led *own, uint8_t slot,
		     const int32_t ppg[PULSE_HOP_FRAMES])
{
	memcpy(own->ppg[slot], ppg, sizeof(own->ppg[slot]));
	own->sum[slot] = 0;
	own->squares[slot] = 0;
	for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
		own->sum[slot] += ppg[i];
		own->squares[slot] += (uint64_t)((int64_t)ppg[i] * ppg[i]);
	}
}

void pulse_window_swap(struct pulse_window *window, int led)
{
	if (led == 0) {
		return;
	}
	struct pulse_window_led *own = &window->more[led - 1];

	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		int32_t sum = own->sum[hop];
		uint64_t squares = own->squares[hop];

		own->sum[hop] = window->sum[hop][0];
		own->squares[hop] = window->squares[hop][0];
		window->sum[hop][0] = sum;
		window->squares[hop][0] = squares;
		for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
			int32_t x = own->ppg[hop][i];

			own->ppg[hop][i] = window->ppg[hop][i];
			window->ppg[hop][i] = x;
		}
	}
}

#endif

void pulse_window_push(struct pulse_window *window, const struct pulse_hop *hop)
{
	uint8_t slot = window->next;
	int32_t *sum = window->sum[slot];
	uint64_t *squares = window->squares[slot];

	memcpy(window->ppg[slot], hop->ppg, sizeof(hop->ppg));
	memcpy(window->acc[slot], hop->acc, sizeof(hop->acc));
	memset(sum, 0, sizeof(window->sum[slot]));
	memset(squares, 0, sizeof(window->squares[slot]));
	for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
		sum[0] += hop->ppg[i];
		squares[0] += (uint64_t)((int64_t)hop->ppg[i] * hop->ppg[i]);
		for (int axis = 0; axis < 3; axis++) {
			int32_t x = hop->acc[i][axis];

			sum[1 + axis] += x;
			squares[1 + axis] += (uint32_t)(x * x);
		}
	}
#if PULSE_LEDS > 1
	for (int led = 1; led < PULSE_LEDS; led++) {
		push_led(&window->more[led - 1], slot, hop->more[led - 1].ppg);
	}
#endif
	window->next = (uint8_t)((slot + 1) % PULSE_WINDOW_HOPS);
	if (window->count < PULSE_WINDOW_HOPS) {
		window->count++;
	}
}

/* Sum of (x - mean)^2 = sum x^2 - 2 mean sum x + n mean^2, exact. */
static uint64_t power(const struct pulse_window *window, int channel, int32_t *mean)
{
	int64_t sum = 0;
	uint64_t squares = 0;

	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		sum += window->sum[hop][channel];
		squares += window->squares[hop][channel];
	}
	*mean = (int32_t)(sum >> 8); /* 256 frames */
	return squares - (uint64_t)(*mean * (2 * sum - (int64_t)PULSE_WINDOW_FRAMES * *mean));
}

bool pulse_window_moving(const struct pulse_window *window)
{
	int slot = (window->next + PULSE_WINDOW_HOPS - 1) % PULSE_WINDOW_HOPS;
	int64_t power = 0;

	for (int channel = 1; channel < PULSE_CHANNELS; channel++) {
		int64_t sum = window->sum[slot][channel];

		/* 64 times the power about the mean: exact without a division. */
		power += PULSE_HOP_FRAMES * (int64_t)window->squares[slot][channel] - sum * sum;
	}
	return power >= PULSE_MOVING;
}

struct pulse_moments pulse_window_moments(const struct pulse_window *window)
{
	struct pulse_moments moments;
	uint64_t acc = 0;
	uint64_t ppg = power(window, 0, &moments.mean[0]);

	for (int channel = 1; channel < PULSE_CHANNELS; channel++) {
		acc += power(window, channel, &moments.mean[channel]);
	}
	moments.ppg_root = pulse_isqrt(ppg);
	if (moments.ppg_root < PULSE_PPG_ROOT_FLOOR) {
		moments.ppg_root = PULSE_PPG_ROOT_FLOOR;
	}
	moments.acc_root = pulse_isqrt(acc);
	if (moments.acc_root < PULSE_ACC_REST) {
		moments.acc_root = PULSE_ACC_REST;
	}
	return moments;
}

static int32_t frame(const struct pulse_window *window, int i)
{
	int slot = (window->next + i / PULSE_HOP_FRAMES) % PULSE_WINDOW_HOPS;

	return window->ppg[slot][i % PULSE_HOP_FRAMES];
}

/*
 * Each frame of PPG, which is not negative, less the mean of those within PULSE_BASELINE_REACH, as
 * far as the window goes.
 */
static void without_baseline(const struct pulse_window *window, int32_t d[PULSE_WINDOW_FRAMES])
{
	int32_t sum = 0;
	int count = 0;

	for (int i = 0; i < PULSE_BASELINE_REACH; i++, count++) {
		sum += frame(window, i);
	}
	for (int i = 0; i < PULSE_WINDOW_FRAMES; i++) {
		int last = i + PULSE_BASELINE_REACH;
		int before = i - PULSE_BASELINE_REACH - 1;

		if (last < PULSE_WINDOW_FRAMES) {
			sum += frame(window, last);
			count++;
		}
		if (before >= 0) {
			sum -= frame(window, before);
			count--;
		}
		d[i] = frame(window, i) - sum / count;
	}
}

/* Three neighbours in the weights 1, 2, 1, in place; returns the root of the summed squares. */
static int32_t smooth(int32_t d[PULSE_WINDOW_FRAMES])
{
	int32_t before = d[0];
	uint64_t power = 0;

	for (int i = 0; i < PULSE_WINDOW_FRAMES; i++) {
		int32_t here = d[i];
		int32_t after = d[i + (i < PULSE_WINDOW_FRAMES - 1)];

		d[i] = (before + 2 * here + after + 2) >> 2;
		power += (uint64_t)((int64_t)d[i] * d[i]);
		before = here;
	}
	uint32_t root = pulse_isqrt(power);

	return (int32_t)(root < PULSE_PPG_ROOT_FLOOR ? PULSE_PPG_ROOT_FLOOR : root);
}

/*
 * clip(round_div(512 d, root), -128, 127) in 32 bits, for the M4's divider. What |4 d| >= root
 * clips is settled first. The rest does not overflow: PPG lies in 0 .. 2^22, a baseline has at
 * least 25 frames, so |d| <= 24/25 2^22 there, and less of an axis; the root is below 2^26.
 */
static int8_t step(int32_t d, int32_t root)
{
	if (4 * d >= root) {
		return INT8_MAX;
	}
	if (4 * d <= -root) {
		return INT8_MIN;
	}
	int32_t a = STEPS * d + (root >> 1);
	int32_t q = a / root;

	q -= a < q * root;
	return (int8_t)(q > INT8_MAX ? INT8_MAX : q);
}

void pulse_window_quantise(const struct pulse_window *window, const struct pulse_moments *moments,
			   int32_t ppg[PULSE_WINDOW_FRAMES], int8_t input[PULSE_WINDOW_INPUT])
{
	int8_t *acc = input + PULSE_WINDOW_FRAMES;
	int32_t acc_root = (int32_t)moments->acc_root;

	without_baseline(window, ppg);
	int32_t ppg_root = smooth(ppg);

	for (int i = 0; i < PULSE_WINDOW_FRAMES; i++) {
		input[i] = step(ppg[i], ppg_root);
	}
	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		int slot = (window->next + hop) % PULSE_WINDOW_HOPS;

		for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
			const int16_t *xyz = window->acc[slot][i];

			*acc++ = step(xyz[0] - moments->mean[1], acc_root);
			*acc++ = step(xyz[1] - moments->mean[2], acc_root);
			*acc++ = step(xyz[2] - moments->mean[3], acc_root);
		}
	}
}
