/* SPDX-License-Identifier: Apache-2.0 */
/* Fourier transform of a window, in integers; private to the spectral front end. */
#ifndef PULSE_TRANSFORM_H_
#define PULSE_TRANSFORM_H_

#include <pulse/spectrum.h>

#define PULSE_TRANSFORM_FIRST 3 /* of what a transform gives */
#define PULSE_TRANSFORM_LAST  61

/**
 * z[m] = sum of d[n] / 4 exp(-2 pi i m n / 256) over n = 0 .. 255, for PULSE_TRANSFORM_FIRST <= m
 * <= PULSE_TRANSFORM_LAST, in place; what is left in the rest of z means nothing.
 *
 * @param z  before: at the reverse of the 7 bits of n, d[2 n] and d[2 n + 1]; multiples of 4, |d|
 * <= 2^18
 */
void pulse_transform(struct pulse_complex z[PULSE_WINDOW_FRAMES / 2]);

#endif /* PULSE_TRANSFORM_H_ */
