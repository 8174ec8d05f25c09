/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 5. */
#include <pulse/spectrum.h>

#include <string.h>

#include "integer.h"
#include "transform.h"

#define HOP_BYTES  PULSE_SPECTRUM_FEATURES
#define BIN_BYTES  (PULSE_WINDOW_HOPS * HOP_BYTES)
#define FULL_SCALE 255

#define LAST_BIN    (PULSE_FIRST_BIN + PULSE_BINS - 1)
#define LAST_DOUBLE (2 * LAST_BIN)

PULSE_ASSERT(PULSE_FIRST_BIN % 4 == 0 && LAST_BIN % 4 == 3); /* whole quarters, each r alike */
PULSE_ASSERT(LAST_DOUBLE / 4 + 1 < 64);                      /* what a transform can give */

enum feature {
	PPG,
	ACC = 2,
	MOTION = 4
};

/* Light of the window, oldest first, less its mean, times 4 and a block exponent: the largest
 * magnitude gets 16 bits. */
static void load_ppg(const struct pulse_window *window, int32_t mean, int32_t *d)
{
	uint32_t largest = 0;

	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		const int32_t *x = window->ppg[(window->next + hop) % PULSE_WINDOW_HOPS];

		for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
			int32_t value = x[i] - mean;
			uint32_t size = (uint32_t)(value < 0 ? -value : value);

			d[PULSE_HOP_FRAMES * hop + i] = value;
			largest = size > largest ? size : largest;
		}
	}

	int shift = pulse_bit_length(largest) - 16;

	for (int i = 0; i < PULSE_WINDOW_FRAMES; i++) {
		d[i] = 4 * (shift > 0 ? d[i] >> shift : d[i] * (1 << -shift));
	}
}

/* One axis of motion, oldest first, less its mean, times 4. */
static void load_axis(const struct pulse_window *window, int axis, int32_t mean, int32_t *d)
{
	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		const int16_t(*x)[3] = window->acc[(window->next + hop) % PULSE_WINDOW_HOPS];

		for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
			*d++ = 4 * (x[i][axis] - mean);
		}
	}
}

/* Squared magnitude at 4 m + r under a Hann window, times 16. */
static uint64_t power_at(const struct pulse_complex *z, int32_t m)
{
	int64_t re = 2 * z[m].re - z[m - 1].re - z[m + 1].re;
	int64_t im = 2 * z[m].im - z[m - 1].im - z[m + 1].im;

	return (uint64_t)(re * re) + (uint64_t)(im * im);
}

/*
 * Add a signal's squared magnitudes at the bins k = 4 m + r and, where that is not a bin itself, at
 * 2 k: those are even, so that odd r end with the bins.
 */
static void add_power(struct pulse_spectrum_scratch *scratch)
{
	for (int32_t r = 0; r < 4; r++) {
		int32_t last = r % 2 == 0 ? LAST_DOUBLE / 4 : LAST_BIN / 4;

		pulse_transform(scratch->d, r, PULSE_FIRST_BIN / 4 - 1, last + 1, scratch->z);
		for (int32_t m = PULSE_FIRST_BIN / 4; m <= LAST_BIN / 4; m++) {
			scratch->power[0][4 * m + r - PULSE_FIRST_BIN] += power_at(scratch->z, m);
		}
		for (int32_t m = LAST_BIN / 4 + 1; m <= last; m++) {
			scratch->power[1][2 * m + r / 2 - PULSE_FIRST_BIN] +=
				power_at(scratch->z, m);
		}
	}
}

/* Magnitudes in place of the powers. @return the largest of the first `rows` rows, at least floor
 */
static uint32_t magnitudes(struct pulse_spectrum_scratch *scratch, int rows, uint32_t floor)
{
	uint32_t top = floor;

	for (int row = 0; row < 2; row++) {
		for (int b = 0; b < PULSE_BINS; b++) {
			int twice = PULSE_FIRST_BIN + 2 * b;
			uint32_t m = row == 1 && twice < PULSE_BINS
					     ? (uint32_t)scratch->power[0][twice]
					     : pulse_isqrt(scratch->power[row][b]);

			scratch->power[row][b] = m;
			top = row < rows && m > top ? m : top;
		}
	}
	return top;
}

/* 255 sqrt(m / top), at most 255. */
static uint32_t relative_root(uint32_t m, uint32_t top)
{
	return m < top ? pulse_isqrt(FULL_SCALE * FULL_SCALE * m / top) : FULL_SCALE;
}

static void write(const struct pulse_spectrum_scratch *scratch, uint32_t top, int8_t *newest)
{
	int excess = pulse_bit_length(top) - 16;
	int shift = excess > 0 ? excess : 0;

	for (int b = 0; b < PULSE_BINS; b++, newest += BIN_BYTES) {
		for (int row = 0; row < 2; row++) {
			uint32_t m = (uint32_t)scratch->power[row][b] >> shift;

			newest[row] = (int8_t)((int32_t)relative_root(m, top >> shift) - 128);
		}
	}
}

/* 2 (16 log2(root) - 180), log2 linear between powers of two, within a byte. */
static int8_t motion(uint32_t root)
{
	int top = pulse_bit_length(root) - 1;
	int32_t value = 2 * (16 * top + (int32_t)((root << 4) >> top) - 16 - PULSE_REST_LOG2);

	value = value < 0 ? 0 : value > FULL_SCALE ? FULL_SCALE : value;
	return (int8_t)(value - 128);
}

/* The oldest hop drops out; light of the newest. @return where its features stand, first bin */
static int8_t *append_light(const struct pulse_window *window, const struct pulse_moments *moments,
			    struct pulse_spectrum_scratch *scratch, int8_t *input)
{
	int8_t *newest = input + BIN_BYTES - HOP_BYTES;

	memmove(input, input + HOP_BYTES, PULSE_SPECTRUM_INPUT - HOP_BYTES);

	memset(scratch->power, 0, sizeof(scratch->power));
	load_ppg(window, moments->mean[0], scratch->d);
	add_power(scratch);
	write(scratch, magnitudes(scratch, 1, PULSE_PPG_SPECTRUM_FLOOR), newest + PPG);
	return newest;
}

/* The newest hop stands for those before it. */
static void repeat_newest(int8_t *input)
{
	for (int8_t *bin = input; bin < input + PULSE_SPECTRUM_INPUT; bin += BIN_BYTES) {
		const int8_t *last = bin + BIN_BYTES - HOP_BYTES;

		for (int8_t *hop = bin; hop < last; hop += HOP_BYTES) {
			memcpy(hop, last, HOP_BYTES);
		}
	}
}

#if PULSE_LEDS > 1
void pulse_spectrum_append_light(const struct pulse_window *window,
				 const struct pulse_moments *moments, bool first,
				 struct pulse_spectrum_scratch *scratch,
				 const int8_t from[PULSE_SPECTRUM_INPUT],
				 int8_t input[PULSE_SPECTRUM_INPUT])
{
	int8_t *newest = append_light(window, moments, scratch, input);
	const int8_t *other = from + BIN_BYTES - HOP_BYTES;

	for (int b = 0; b < PULSE_BINS; b++) {
		memcpy(newest + b * BIN_BYTES + ACC, other + b * BIN_BYTES + ACC, HOP_BYTES - ACC);
	}
	if (first) {
		repeat_newest(input);
	}
}
#endif

void pulse_spectrum_append(const struct pulse_window *window, const struct pulse_moments *moments,
			   bool first, struct pulse_spectrum_scratch *scratch,
			   int8_t input[PULSE_SPECTRUM_INPUT])
{
	int8_t *newest = append_light(window, moments, scratch, input);

	memset(scratch->power, 0, sizeof(scratch->power));
	for (int axis = 0; axis < 3; axis++) {
		load_axis(window, axis, moments->mean[1 + axis], scratch->d);
		add_power(scratch);
	}
	write(scratch, magnitudes(scratch, 2, PULSE_ACC_SPECTRUM_FLOOR), newest + ACC);

	int8_t value = motion(moments->acc_root);

	for (int b = 0; b < PULSE_BINS; b++) {
		newest[b * BIN_BYTES + MOTION] = value;
	}
	if (first) {
		repeat_newest(input);
	}
}
