/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 5. */
#include <pulse/spectrum.h>

#include <string.h>

#include "integer.h"
#include "transform.h"

#define FULL_SCALE 255

#define LAST_BIN    (PULSE_FIRST_BIN + PULSE_BINS - 1)
#define LAST_DOUBLE (2 * LAST_BIN)

PULSE_ASSERT(PULSE_FIRST_BIN % 4 == 0 && LAST_BIN % 4 == 3); /* whole quarters */
PULSE_ASSERT(PULSE_FIRST_BIN / 4 - 1 >= PULSE_TRANSFORM_FIRST);
PULSE_ASSERT(LAST_DOUBLE / 4 + 2 <= PULSE_TRANSFORM_LAST);
PULSE_ASSERT(PULSE_SPECTRUM_POWERS == PULSE_BINS + (LAST_DOUBLE - LAST_BIN + 1) / 2);

/* Where 2 k of the bin b = k - PULSE_FIRST_BIN lies among the powers. */
static inline int twice(int b)
{
	int place = 2 * b + PULSE_FIRST_BIN;

	return place < PULSE_BINS ? place : (place + PULSE_BINS) / 2;
}

/* The window's hop that comes n-th, counted from its middle: transforms are about that. */
static inline int slot(const struct pulse_window *window, int n)
{
	return (window->next + PULSE_WINDOW_HOPS / 2 + n) % PULSE_WINDOW_HOPS;
}

/* Where a transform wants the pair of frames 2 i, 2 i + 1 of that hop: bits in reverse. */
static inline struct pulse_complex *place(struct pulse_complex *z, int hop, int i)
{
	static const uint8_t of_hop[PULSE_WINDOW_HOPS] = {0, 2, 1, 3};
	static const uint8_t of_pair[PULSE_HOP_FRAMES / 2] = {
		0, 64, 32, 96,  16, 80, 48, 112, 8,  72, 40, 104, 24, 88, 56, 120,
		4, 68, 36, 100, 20, 84, 52, 116, 12, 76, 44, 108, 28, 92, 60, 124,
	};

	return z + of_hop[hop] + of_pair[i];
}

/* Light of the window less its mean, times 4 and a block exponent: the largest magnitude gets 16
 * bits. */
static void load_ppg(const struct pulse_window *window, int32_t mean, struct pulse_complex *z)
{
	uint32_t largest = 0;

	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		const int32_t *x = window->ppg[hop];

		for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
			int32_t value = x[i] - mean;
			uint32_t size = (uint32_t)(value < 0 ? -value : value);

			largest = size > largest ? size : largest;
		}
	}

	int shift = pulse_bit_length(largest) - 16;
	int right = shift > 0 ? shift : 0;
	int32_t left = shift > 0 ? 4 : 4 * (1 << -shift);

	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		const int32_t *x = window->ppg[slot(window, hop)];

		for (int i = 0; i < PULSE_HOP_FRAMES / 2; i++, x += 2) {
			*place(z, hop, i) = (struct pulse_complex){((x[0] - mean) >> right) * left,
								   ((x[1] - mean) >> right) * left};
		}
	}
}

/* One axis of motion less its mean, times 4. */
static void load_axis(const struct pulse_window *window, int axis, int32_t mean,
		      struct pulse_complex *z)
{
	for (int hop = 0; hop < PULSE_WINDOW_HOPS; hop++) {
		const int16_t(*x)[3] = window->acc[slot(window, hop)];

		for (int i = 0; i < PULSE_HOP_FRAMES / 2; i++, x += 2) {
			*place(z, hop, i) = (struct pulse_complex){4 * (x[0][axis] - mean),
								   4 * (x[1][axis] - mean)};
		}
	}
}

/* A bin of x[0] = X[m]: under a Hann window. */
static inline struct pulse_complex whole(const struct pulse_complex *x)
{
	return (struct pulse_complex){x[-1].re + 2 * x[0].re + x[1].re,
				      x[-1].im + 2 * x[0].im + x[1].im};
}

/* Between X[m] and X[m + 1]. */
static inline struct pulse_complex half(const struct pulse_complex *x)
{
	int32_t re = x[-1].re + x[2].re + 4 * (x[0].re + x[1].re);
	int32_t im = x[-1].im + x[2].im + 4 * (x[0].im + x[1].im);

	return (struct pulse_complex){(27 * re) >> 6, (27 * im) >> 6};
}

/* Between a whole and a half. */
static inline struct pulse_complex quarter(struct pulse_complex a, struct pulse_complex b)
{
	return (struct pulse_complex){(33 * (a.re + b.re)) >> 6, (33 * (a.im + b.im)) >> 6};
}

static inline void add_square(uint64_t *power, struct pulse_complex h)
{
	*power += (uint64_t)((int64_t)h.re * h.re) + (uint64_t)((int64_t)h.im * h.im);
}

/* Add a signal's squared magnitudes: at the bins, then at the even ones beyond. */
static void add_power(struct pulse_spectrum_scratch *scratch)
{
	uint64_t *power = scratch->power;
	const struct pulse_complex *x = scratch->z + PULSE_FIRST_BIN / 4;

	pulse_transform(scratch->z);

	struct pulse_complex next = whole(x);

	for (; power < scratch->power + PULSE_BINS; power += 4, x++) {
		struct pulse_complex now = next;
		struct pulse_complex between = half(x);

		next = whole(x + 1);
		add_square(power, now);
		add_square(power + 1, quarter(now, between));
		add_square(power + 2, between);
		add_square(power + 3, quarter(between, next));
	}
	for (; power < scratch->power + PULSE_SPECTRUM_POWERS; power += 2, x++) {
		add_square(power, whole(x));
		add_square(power + 1, half(x));
	}
}

/* 255 sqrt(sqrt(power) / top), at most 255. */
static uint8_t relative_root(uint64_t power, uint32_t top)
{
	uint32_t m = power >> 32 != 0 ? top : pulse_isqrt(power);

	return m < top ? (uint8_t)pulse_isqrt(FULL_SCALE * FULL_SCALE * m / top) : FULL_SCALE;
}

/*
 * Features of the powers at k and at 2 k. Their scale is the largest magnitude of the first `count`
 * of them, at least floor.
 */
static void write(const struct pulse_spectrum_scratch *scratch, int count, uint32_t floor,
		  int8_t features[PULSE_SPECTRUM_POWERS])
{
	const uint64_t *power = scratch->power;
	uint64_t largest = 0;

	for (int i = 0; i < count; i++) {
		largest = power[i] > largest ? power[i] : largest;
	}

	uint32_t top = pulse_isqrt(largest);

	top = top > floor ? top : floor;

	int excess = pulse_bit_length(top) - 16;
	int shift = excess > 0 ? excess : 0;

	for (int i = 0; i < PULSE_SPECTRUM_POWERS; i++) {
		features[i] = (int8_t)(relative_root(power[i] >> (2 * shift), top >> shift) - 128);
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

void pulse_spectrum_motion(struct pulse_spectrum *spectrum, const struct pulse_window *window,
			   const struct pulse_moments *moments,
			   struct pulse_spectrum_scratch *scratch)
{
	uint8_t slot = (uint8_t)((spectrum->newest + 1) % PULSE_WINDOW_HOPS);

	memset(scratch->power, 0, sizeof(scratch->power));
	for (int axis = 0; axis < 3; axis++) {
		load_axis(window, axis, moments->mean[1 + axis], scratch->z);
		add_power(scratch);
	}
	write(scratch, PULSE_SPECTRUM_POWERS, PULSE_ACC_SPECTRUM_FLOOR, spectrum->swing[slot]);
	spectrum->motion[slot] = motion(moments->acc_root);
	spectrum->newest = slot;
}

void pulse_spectrum_light(struct pulse_spectrum *spectrum, int led,
			  const struct pulse_window *window, const struct pulse_moments *moments,
			  bool first, struct pulse_spectrum_scratch *scratch)
{
	uint8_t hops = first ? 0 : spectrum->hops[led];

	memset(scratch->power, 0, sizeof(scratch->power));
	load_ppg(window, moments->mean[0], scratch->z);
	add_power(scratch);
	write(scratch, PULSE_BINS, PULSE_PPG_SPECTRUM_FLOOR,
	      spectrum->light[led][spectrum->newest]);
	spectrum->hops[led] = (uint8_t)(hops + (hops < PULSE_WINDOW_HOPS));
}

/* One hop's bins, which lie PULSE_WINDOW_HOPS * PULSE_SPECTRUM_FEATURES bytes apart. */
static void write_input(const int8_t *light, const int8_t *swing, int8_t motion, int8_t *input)
{
	for (int b = 0; b < PULSE_BINS; b++) {
		input[0] = light[b];
		input[1] = light[twice(b)];
		input[2] = swing[b];
		input[3] = swing[twice(b)];
		input[4] = motion;
		input += PULSE_WINDOW_HOPS * PULSE_SPECTRUM_FEATURES;
	}
}

void pulse_spectrum_input(const struct pulse_spectrum *spectrum, int led,
			  int8_t input[PULSE_SPECTRUM_INPUT])
{
	for (int ago = 0; ago < PULSE_WINDOW_HOPS; ago++) {
		/* An LED's first hop stands for those before it. */
		int back = ago < spectrum->hops[led] ? ago : spectrum->hops[led] - 1;
		int slot = (spectrum->newest + PULSE_WINDOW_HOPS - back) % PULSE_WINDOW_HOPS;
		int place = PULSE_WINDOW_HOPS - 1 - ago;

		write_input(spectrum->light[led][slot], spectrum->swing[slot],
			    spectrum->motion[slot], input + place * PULSE_SPECTRUM_FEATURES);
	}
}
