/* SPDX-License-Identifier: Apache-2.0 */
/* A quarter of a 1024-point Fourier transform, in integers; private to the spectral front end. */
#ifndef PULSE_TRANSFORM_H_
#define PULSE_TRANSFORM_H_

#include <pulse/spectrum.h>

/**
 * z[m] = bin 4 m + r of the 1024-point transform of d[256] / 4 and zeros, for first <= m <= last
 * <= 63; what is left in the rest of z means nothing. d are multiples of 4, |d| <= 2^18.
 */
void pulse_transform(const int32_t d[PULSE_WINDOW_FRAMES], int32_t r, int32_t first, int32_t last,
		     struct pulse_complex z[PULSE_WINDOW_FRAMES]);

#endif /* PULSE_TRANSFORM_H_ */
