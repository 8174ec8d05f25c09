/* SPDX-License-Identifier: Apache-2.0 */
/* A quarter of a 1024-point Fourier transform, in integers; private to the spectral front end. */
#ifndef PULSE_TRANSFORM_H_
#define PULSE_TRANSFORM_H_

#include <pulse/spectrum.h>

#define PULSE_TRANSFORM_OUT 64 /* bins that are worked out, of 256 */

/**
 * z[m] = bin 4 m + r of the 1024-point transform of d[256] and zeros, for 0 <= m <
 * PULSE_TRANSFORM_OUT; what is left in the rest of z means nothing. |d| <= 2^16.
 */
void pulse_transform(const int32_t d[PULSE_WINDOW_FRAMES], uint32_t r,
		     struct pulse_complex z[PULSE_WINDOW_FRAMES]);

#endif /* PULSE_TRANSFORM_H_ */
