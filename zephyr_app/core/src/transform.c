/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/signal_path.md, section 5: radix 2, decimation in time, rounded at every stage. The order of
 * additions and roundings is the specification's; only loads, stores and products by 1 and -i are
 * saved. Between the stages z is four times the specification's: a Q14 product's rounded upper part
 * is then the upper half of a 64-bit one, and the scaling back rides on an addition's shift.
 */
#include "transform.h"

#include "integer.h"

#define QUARTER 64 /* of a circle, in 256ths */
#define HALF    (PULSE_WINDOW_FRAMES / 2)

/* round(16384 cos(2 pi k / 256)) */
static const int16_t cosine[4 * QUARTER] = {
	16384,  16379,  16364,  16340,  16305,  16261,  16207,  16143,  16069,  15986,  15893,
	15791,  15679,  15557,  15426,  15286,  15137,  14978,  14811,  14635,  14449,  14256,
	14053,  13842,  13623,  13395,  13160,  12916,  12665,  12406,  12140,  11866,  11585,
	11297,  11003,  10702,  10394,  10080,  9760,   9434,   9102,   8765,   8423,   8076,
	7723,   7366,   7005,   6639,   6270,   5897,   5520,   5139,   4756,   4370,   3981,
	3590,   3196,   2801,   2404,   2006,   1606,   1205,   804,    402,    0,      -402,
	-804,   -1205,  -1606,  -2006,  -2404,  -2801,  -3196,  -3590,  -3981,  -4370,  -4756,
	-5139,  -5520,  -5897,  -6270,  -6639,  -7005,  -7366,  -7723,  -8076,  -8423,  -8765,
	-9102,  -9434,  -9760,  -10080, -10394, -10702, -11003, -11297, -11585, -11866, -12140,
	-12406, -12665, -12916, -13160, -13395, -13623, -13842, -14053, -14256, -14449, -14635,
	-14811, -14978, -15137, -15286, -15426, -15557, -15679, -15791, -15893, -15986, -16069,
	-16143, -16207, -16261, -16305, -16340, -16364, -16379, -16384, -16379, -16364, -16340,
	-16305, -16261, -16207, -16143, -16069, -15986, -15893, -15791, -15679, -15557, -15426,
	-15286, -15137, -14978, -14811, -14635, -14449, -14256, -14053, -13842, -13623, -13395,
	-13160, -12916, -12665, -12406, -12140, -11866, -11585, -11297, -11003, -10702, -10394,
	-10080, -9760,  -9434,  -9102,  -8765,  -8423,  -8076,  -7723,  -7366,  -7005,  -6639,
	-6270,  -5897,  -5520,  -5139,  -4756,  -4370,  -3981,  -3590,  -3196,  -2801,  -2404,
	-2006,  -1606,  -1205,  -804,   -402,   0,      402,    804,    1205,   1606,   2006,
	2404,   2801,   3196,   3590,   3981,   4370,   4756,   5139,   5520,   5897,   6270,
	6639,   7005,   7366,   7723,   8076,   8423,   8765,   9102,   9434,   9760,   10080,
	10394,  10702,  11003,  11297,  11585,  11866,  12140,  12406,  12665,  12916,  13160,
	13395,  13623,  13842,  14053,  14256,  14449,  14635,  14811,  14978,  15137,  15286,
	15426,  15557,  15679,  15791,  15893,  15986,  16069,  16143,  16207,  16261,  16305,
	16340,  16364,  16379,
};

/* exp(-2 pi i angle) in Q30: products with it need no rounding constant. */
struct turn {
	int32_t c;
	int32_t s;
};

/* angle < 3 QUARTER; -sin(x) is cos(x + a quarter) */
static inline struct turn turn(int32_t angle)
{
	return (struct turn){cosine[angle] * 65536, cosine[angle + QUARTER] * -65536};
}

/* (x c + y s + 8192) >> 14 with c and s in Q14, of 4 x and 4 y: the upper half of the sum. */
static inline int32_t dot(int32_t x, int32_t c, int32_t y, int32_t s)
{
	int64_t sum = (int64_t)x * c + (int64_t)y * s;

	return (int32_t)(sum >> 32) + (int32_t)((uint32_t)sum >> 31);
}

/* Of four times z. */
static inline struct pulse_complex rotate(struct pulse_complex z, struct turn w)
{
	return (struct pulse_complex){dot(z.re, w.c, z.im, w.s), dot(z.im, w.c, z.re, -w.s)};
}

static inline struct pulse_complex add(struct pulse_complex a, struct pulse_complex b)
{
	return (struct pulse_complex){a.re + b.re, a.im + b.im};
}

static inline struct pulse_complex sub(struct pulse_complex a, struct pulse_complex b)
{
	return (struct pulse_complex){a.re - b.re, a.im - b.im};
}

static inline struct pulse_complex four_times(struct pulse_complex a)
{
	return (struct pulse_complex){4 * a.re, 4 * a.im};
}

/* b is exp(-i pi / 2) of what it was: minus i b */
static inline struct pulse_complex quarter_turn(struct pulse_complex b)
{
	return (struct pulse_complex){b.im, -b.re};
}

/* The first two stages, whose turns are by 0 and a quarter. */
static void begin(struct pulse_complex *z)
{
	for (struct pulse_complex *const end = z + HALF; z < end; z += 4) {
		struct pulse_complex a = add(z[0], z[1]);
		struct pulse_complex b = sub(z[0], z[1]);
		struct pulse_complex c = add(z[2], z[3]);
		struct pulse_complex d = quarter_turn(sub(z[2], z[3]));

		z[0] = add(a, c);
		z[2] = sub(a, c);
		z[1] = add(b, d);
		z[3] = sub(b, d);
	}
}

/*
 * The stages `half` and 2 half in one pass: four values loaded and stored once. Inlined, for the
 * sake of constant distances: a tenth of all instructions.
 */
static inline __attribute__((always_inline)) void two_stages(struct pulse_complex *z, int32_t half)
{
	struct pulse_complex *const end = z + HALF;

	for (struct pulse_complex *p = z; p < end; p += 4 * half) { /* no turn, or a quarter */
		struct pulse_complex a = add(p[0], p[half]);
		struct pulse_complex b = sub(p[0], p[half]);
		struct pulse_complex c = add(p[2 * half], p[3 * half]);
		struct pulse_complex d = quarter_turn(sub(p[2 * half], p[3 * half]));

		p[0] = add(a, c);
		p[2 * half] = sub(a, c);
		p[half] = add(b, d);
		p[3 * half] = sub(b, d);
	}
	for (int32_t l = 1; l < half; l++) {
		struct turn outer = turn(l * (QUARTER / half));
		struct turn inner = turn(l * (2 * QUARTER / half));
		/* A quarter further on. */
		struct turn beyond = {-outer.s, outer.c};

		for (struct pulse_complex *p = z + l; p < end; p += 4 * half) {
			struct pulse_complex b = four_times(rotate(p[half], inner));
			struct pulse_complex d = four_times(rotate(p[3 * half], inner));
			struct pulse_complex c = four_times(rotate(add(p[2 * half], d), outer));

			d = four_times(rotate(sub(p[2 * half], d), beyond));

			struct pulse_complex a = add(p[0], b);

			b = sub(p[0], b);
			p[0] = add(a, c);
			p[2 * half] = sub(a, c);
			p[half] = add(b, d);
			p[3 * half] = sub(b, d);
		}
	}
}

/*
 * X of the real samples from Z of the pairs: (S + T) / 2 with S = Z[m] + Z*[128 - m] and T = Z[m] -
 * Z*[128 - m], turned by m + a quarter. Of four times Z.
 */
static inline struct pulse_complex part(struct pulse_complex z, struct pulse_complex mirrored,
					struct turn w)
{
	struct pulse_complex conjugate = {mirrored.re, -mirrored.im};
	struct pulse_complex sum = add(z, conjugate);
	struct pulse_complex t = rotate(sub(z, conjugate), w);

	return (struct pulse_complex){((sum.re >> 2) + t.re) >> 1, ((sum.im >> 2) + t.im) >> 1};
}

/*
 * The last stage, and the parts of the real samples' transform: of m and 64 - m together, which
 * need the same four values and, but for signs, the same turns.
 */
static void finish(struct pulse_complex *z)
{
	for (int32_t m = 64 - PULSE_TRANSFORM_LAST; m <= 32; m++) {
		struct turn w = turn(2 * m);
		struct turn v = turn(m);
		struct pulse_complex *low = z + m;
		struct pulse_complex *high = z + 64 - m;
		struct pulse_complex s = four_times(rotate(low[64], w));
		struct pulse_complex t = four_times(rotate(high[64], (struct turn){-w.c, w.s}));
		struct pulse_complex a = add(*low, s);
		struct pulse_complex b = sub(*low, s);
		struct pulse_complex c = add(*high, t);
		struct pulse_complex d = sub(*high, t);

		*low = part(a, d, (struct turn){-v.s, v.c});
		*high = part(c, b, (struct turn){-v.c, v.s});
	}
}

void pulse_transform(struct pulse_complex z[HALF])
{
	begin(z);
	two_stages(z, 4);
	two_stages(z, 16);
	finish(z);
}
