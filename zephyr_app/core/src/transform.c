/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/signal_path.md, section 5: radix 2, decimation in time, rounded at every stage. The order of
 * additions and roundings is the specification's; only loads, stores and products by 1 and -i are
 * saved. Between the stages z is four times the specification's: a Q14 product's rounded upper part
 * is then the upper half of a 64-bit one, and the scaling back rides on an addition's shift.
 */
#include "transform.h"

#include "integer.h"

#define QUARTER 256 /* of a circle, in 1024ths */

/* round(16384 cos(2 pi k / 1024)) */
static const int16_t cosine[4 * QUARTER] = {
	16384,  16384,  16383,  16381,  16379,  16376,  16373,  16369,  16364,  16359,  16353,
	16347,  16340,  16332,  16324,  16315,  16305,  16295,  16284,  16273,  16261,  16248,
	16235,  16221,  16207,  16192,  16176,  16160,  16143,  16125,  16107,  16088,  16069,
	16049,  16029,  16008,  15986,  15964,  15941,  15917,  15893,  15868,  15843,  15817,
	15791,  15763,  15736,  15707,  15679,  15649,  15619,  15588,  15557,  15525,  15493,
	15460,  15426,  15392,  15357,  15322,  15286,  15250,  15213,  15175,  15137,  15098,
	15059,  15019,  14978,  14937,  14896,  14854,  14811,  14768,  14724,  14680,  14635,
	14589,  14543,  14497,  14449,  14402,  14354,  14305,  14256,  14206,  14155,  14104,
	14053,  14001,  13949,  13896,  13842,  13788,  13733,  13678,  13623,  13567,  13510,
	13453,  13395,  13337,  13279,  13219,  13160,  13100,  13039,  12978,  12916,  12854,
	12792,  12729,  12665,  12601,  12537,  12472,  12406,  12340,  12274,  12207,  12140,
	12072,  12004,  11935,  11866,  11797,  11727,  11656,  11585,  11514,  11442,  11370,
	11297,  11224,  11151,  11077,  11003,  10928,  10853,  10778,  10702,  10625,  10549,
	10471,  10394,  10316,  10238,  10159,  10080,  10001,  9921,   9841,   9760,   9679,
	9598,   9516,   9434,   9352,   9269,   9186,   9102,   9019,   8935,   8850,   8765,
	8680,   8595,   8509,   8423,   8337,   8250,   8163,   8076,   7988,   7900,   7812,
	7723,   7635,   7545,   7456,   7366,   7276,   7186,   7096,   7005,   6914,   6823,
	6731,   6639,   6547,   6455,   6363,   6270,   6177,   6084,   5990,   5897,   5803,
	5708,   5614,   5520,   5425,   5330,   5235,   5139,   5044,   4948,   4852,   4756,
	4660,   4563,   4467,   4370,   4273,   4176,   4078,   3981,   3883,   3786,   3688,
	3590,   3492,   3393,   3295,   3196,   3098,   2999,   2900,   2801,   2702,   2603,
	2503,   2404,   2305,   2205,   2105,   2006,   1906,   1806,   1706,   1606,   1506,
	1406,   1306,   1205,   1105,   1005,   904,    804,    704,    603,    503,    402,
	302,    201,    101,    0,      -101,   -201,   -302,   -402,   -503,   -603,   -704,
	-804,   -904,   -1005,  -1105,  -1205,  -1306,  -1406,  -1506,  -1606,  -1706,  -1806,
	-1906,  -2006,  -2105,  -2205,  -2305,  -2404,  -2503,  -2603,  -2702,  -2801,  -2900,
	-2999,  -3098,  -3196,  -3295,  -3393,  -3492,  -3590,  -3688,  -3786,  -3883,  -3981,
	-4078,  -4176,  -4273,  -4370,  -4467,  -4563,  -4660,  -4756,  -4852,  -4948,  -5044,
	-5139,  -5235,  -5330,  -5425,  -5520,  -5614,  -5708,  -5803,  -5897,  -5990,  -6084,
	-6177,  -6270,  -6363,  -6455,  -6547,  -6639,  -6731,  -6823,  -6914,  -7005,  -7096,
	-7186,  -7276,  -7366,  -7456,  -7545,  -7635,  -7723,  -7812,  -7900,  -7988,  -8076,
	-8163,  -8250,  -8337,  -8423,  -8509,  -8595,  -8680,  -8765,  -8850,  -8935,  -9019,
	-9102,  -9186,  -9269,  -9352,  -9434,  -9516,  -9598,  -9679,  -9760,  -9841,  -9921,
	-10001, -10080, -10159, -10238, -10316, -10394, -10471, -10549, -10625, -10702, -10778,
	-10853, -10928, -11003, -11077, -11151, -11224, -11297, -11370, -11442, -11514, -11585,
	-11656, -11727, -11797, -11866, -11935, -12004, -12072, -12140, -12207, -12274, -12340,
	-12406, -12472, -12537, -12601, -12665, -12729, -12792, -12854, -12916, -12978, -13039,
	-13100, -13160, -13219, -13279, -13337, -13395, -13453, -13510, -13567, -13623, -13678,
	-13733, -13788, -13842, -13896, -13949, -14001, -14053, -14104, -14155, -14206, -14256,
	-14305, -14354, -14402, -14449, -14497, -14543, -14589, -14635, -14680, -14724, -14768,
	-14811, -14854, -14896, -14937, -14978, -15019, -15059, -15098, -15137, -15175, -15213,
	-15250, -15286, -15322, -15357, -15392, -15426, -15460, -15493, -15525, -15557, -15588,
	-15619, -15649, -15679, -15707, -15736, -15763, -15791, -15817, -15843, -15868, -15893,
	-15917, -15941, -15964, -15986, -16008, -16029, -16049, -16069, -16088, -16107, -16125,
	-16143, -16160, -16176, -16192, -16207, -16221, -16235, -16248, -16261, -16273, -16284,
	-16295, -16305, -16315, -16324, -16332, -16340, -16347, -16353, -16359, -16364, -16369,
	-16373, -16376, -16379, -16381, -16383, -16384, -16384, -16384, -16383, -16381, -16379,
	-16376, -16373, -16369, -16364, -16359, -16353, -16347, -16340, -16332, -16324, -16315,
	-16305, -16295, -16284, -16273, -16261, -16248, -16235, -16221, -16207, -16192, -16176,
	-16160, -16143, -16125, -16107, -16088, -16069, -16049, -16029, -16008, -15986, -15964,
	-15941, -15917, -15893, -15868, -15843, -15817, -15791, -15763, -15736, -15707, -15679,
	-15649, -15619, -15588, -15557, -15525, -15493, -15460, -15426, -15392, -15357, -15322,
	-15286, -15250, -15213, -15175, -15137, -15098, -15059, -15019, -14978, -14937, -14896,
	-14854, -14811, -14768, -14724, -14680, -14635, -14589, -14543, -14497, -14449, -14402,
	-14354, -14305, -14256, -14206, -14155, -14104, -14053, -14001, -13949, -13896, -13842,
	-13788, -13733, -13678, -13623, -13567, -13510, -13453, -13395, -13337, -13279, -13219,
	-13160, -13100, -13039, -12978, -12916, -12854, -12792, -12729, -12665, -12601, -12537,
	-12472, -12406, -12340, -12274, -12207, -12140, -12072, -12004, -11935, -11866, -11797,
	-11727, -11656, -11585, -11514, -11442, -11370, -11297, -11224, -11151, -11077, -11003,
	-10928, -10853, -10778, -10702, -10625, -10549, -10471, -10394, -10316, -10238, -10159,
	-10080, -10001, -9921,  -9841,  -9760,  -9679,  -9598,  -9516,  -9434,  -9352,  -9269,
	-9186,  -9102,  -9019,  -8935,  -8850,  -8765,  -8680,  -8595,  -8509,  -8423,  -8337,
	-8250,  -8163,  -8076,  -7988,  -7900,  -7812,  -7723,  -7635,  -7545,  -7456,  -7366,
	-7276,  -7186,  -7096,  -7005,  -6914,  -6823,  -6731,  -6639,  -6547,  -6455,  -6363,
	-6270,  -6177,  -6084,  -5990,  -5897,  -5803,  -5708,  -5614,  -5520,  -5425,  -5330,
	-5235,  -5139,  -5044,  -4948,  -4852,  -4756,  -4660,  -4563,  -4467,  -4370,  -4273,
	-4176,  -4078,  -3981,  -3883,  -3786,  -3688,  -3590,  -3492,  -3393,  -3295,  -3196,
	-3098,  -2999,  -2900,  -2801,  -2702,  -2603,  -2503,  -2404,  -2305,  -2205,  -2105,
	-2006,  -1906,  -1806,  -1706,  -1606,  -1506,  -1406,  -1306,  -1205,  -1105,  -1005,
	-904,   -804,   -704,   -603,   -503,   -402,   -302,   -201,   -101,   0,      101,
	201,    302,    402,    503,    603,    704,    804,    904,    1005,   1105,   1205,
	1306,   1406,   1506,   1606,   1706,   1806,   1906,   2006,   2105,   2205,   2305,
	2404,   2503,   2603,   2702,   2801,   2900,   2999,   3098,   3196,   3295,   3393,
	3492,   3590,   3688,   3786,   3883,   3981,   4078,   4176,   4273,   4370,   4467,
	4563,   4660,   4756,   4852,   4948,   5044,   5139,   5235,   5330,   5425,   5520,
	5614,   5708,   5803,   5897,   5990,   6084,   6177,   6270,   6363,   6455,   6547,
	6639,   6731,   6823,   6914,   7005,   7096,   7186,   7276,   7366,   7456,   7545,
	7635,   7723,   7812,   7900,   7988,   8076,   8163,   8250,   8337,   8423,   8509,
	8595,   8680,   8765,   8850,   8935,   9019,   9102,   9186,   9269,   9352,   9434,
	9516,   9598,   9679,   9760,   9841,   9921,   10001,  10080,  10159,  10238,  10316,
	10394,  10471,  10549,  10625,  10702,  10778,  10853,  10928,  11003,  11077,  11151,
	11224,  11297,  11370,  11442,  11514,  11585,  11656,  11727,  11797,  11866,  11935,
	12004,  12072,  12140,  12207,  12274,  12340,  12406,  12472,  12537,  12601,  12665,
	12729,  12792,  12854,  12916,  12978,  13039,  13100,  13160,  13219,  13279,  13337,
	13395,  13453,  13510,  13567,  13623,  13678,  13733,  13788,  13842,  13896,  13949,
	14001,  14053,  14104,  14155,  14206,  14256,  14305,  14354,  14402,  14449,  14497,
	14543,  14589,  14635,  14680,  14724,  14768,  14811,  14854,  14896,  14937,  14978,
	15019,  15059,  15098,  15137,  15175,  15213,  15250,  15286,  15322,  15357,  15392,
	15426,  15460,  15493,  15525,  15557,  15588,  15619,  15649,  15679,  15707,  15736,
	15763,  15791,  15817,  15843,  15868,  15893,  15917,  15941,  15964,  15986,  16008,
	16029,  16049,  16069,  16088,  16107,  16125,  16143,  16160,  16176,  16192,  16207,
	16221,  16235,  16248,  16261,  16273,  16284,  16295,  16305,  16315,  16324,  16332,
	16340,  16347,  16353,  16359,  16364,  16369,  16373,  16376,  16379,  16381,  16383,
	16384,
};

/* Bits of n = 0 .. 63 in reverse. */
static const uint8_t reversed[64] = {
	0,  32, 16, 48, 8,  40, 24, 56, 4,  36, 20, 52, 12, 44, 28, 60, 2,  34, 18, 50, 10, 42,
	26, 58, 6,  38, 22, 54, 14, 46, 30, 62, 1,  33, 17, 49, 9,  41, 25, 57, 5,  37, 21, 53,
	13, 45, 29, 61, 3,  35, 19, 51, 11, 43, 27, 59, 7,  39, 23, 55, 15, 47, 31, 63,
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

/* Four times a sample, turned. */
static inline struct pulse_complex twist(int32_t d, const int16_t *angle)
{
	return (struct pulse_complex){pulse_high_rounded(d, angle[0] * 65536),
				      pulse_high_rounded(d, angle[QUARTER] * 65536)};
}

/*
 * The first two stages, whose turns are by 0 and a quarter: of four samples, one from each hop,
 * turned by r / 1024 of a circle a frame.
 */
static void begin(const int32_t *d, int32_t r, struct pulse_complex *z)
{
	for (int group = 0; group < 64; group++, z += 4) {
		int32_t n = reversed[group];
		const int16_t *angle = cosine + r * n;
		struct pulse_complex x0 = twist(d[n], angle);
		struct pulse_complex x1 = twist(d[n + 64], angle + r * 64);
		struct pulse_complex x2 = twist(d[n + 128], angle + r * 128);
		struct pulse_complex x3 = twist(d[n + 192], angle + r * 192);
		struct pulse_complex even = four_times(add(x0, x2));
		struct pulse_complex odd = four_times(add(x1, x3));

		z[0] = add(even, odd);
		z[2] = sub(even, odd);
		even = four_times(sub(x0, x2));
		odd = four_times(quarter_turn(sub(x1, x3)));
		z[1] = add(even, odd);
		z[3] = sub(even, odd);
	}
}

/* The same without a twist. */
static void begin_real(const int32_t *d, struct pulse_complex *z)
{
	for (int group = 0; group < 64; group++, z += 4) {
		const int32_t *x = d + reversed[group];
		int32_t even = x[0] + x[128];
		int32_t odd = x[64] + x[192];

		z[0] = (struct pulse_complex){even + odd, 0};
		z[2] = (struct pulse_complex){even - odd, 0};
		even = x[0] - x[128];
		odd = x[64] - x[192];
		z[1] = (struct pulse_complex){even, -odd};
		z[3] = (struct pulse_complex){even, odd};
	}
}

/*
 * The stages `half` and 2 half in one pass: four values loaded and stored once. Inlined, for the
 * sake of constant distances: a tenth of all instructions.
 */
static inline __attribute__((always_inline)) void two_stages(struct pulse_complex *z, int32_t half)
{
	struct pulse_complex *const end = z + PULSE_WINDOW_FRAMES;

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

/* The stages 64 and 128, for those of the lowest quarter that are wanted; no longer times four. */
static void finish(struct pulse_complex *z, int32_t first, int32_t last)
{
	for (int32_t l = first; l <= last; l++) {
		struct turn outer = turn(4 * l);
		struct turn inner = turn(8 * l);
		struct pulse_complex a = add(z[l], four_times(rotate(z[l + 64], inner)));
		struct pulse_complex c = add(z[l + 128], four_times(rotate(z[l + 192], inner)));

		c = rotate(c, outer);
		z[l] = (struct pulse_complex){(a.re >> 2) + c.re, (a.im >> 2) + c.im};
	}
}

void pulse_transform(const int32_t d[PULSE_WINDOW_FRAMES], int32_t r, int32_t first, int32_t last,
		     struct pulse_complex z[PULSE_WINDOW_FRAMES])
{
	if (r == 0) {
		begin_real(d, z);
	} else {
		begin(d, r, z);
	}
	two_stages(z, 4);
	two_stages(z, 16);
	finish(z, first, last);
}
