/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_NN_DSP_H_
#define PULSE_NN_DSP_H_

/* Define PULSE_NN_PORTABLE to build without the DSP extension (Cortex-M4, M7, M33) where there is
 * one. */
#if defined(__ARM_FEATURE_DSP) && !defined(PULSE_NN_PORTABLE)
#define PULSE_NN_DSP 1
#else
#define PULSE_NN_DSP 0
#endif

#if PULSE_NN_DSP

#include <arm_acle.h>
#include <stdint.h>
#include <string.h>

/** Four bytes at any address. */
static inline int32_t pulse_nn_load(const int8_t *from)
{
	int32_t four;

	memcpy(&four, from, sizeof(four));
	return four;
}

static inline void pulse_nn_store(int8_t *to, int32_t four)
{
	memcpy(to, &four, sizeof(four));
}

static inline int32_t pulse_nn_rotate(int32_t x, uint32_t bits)
{
	return (int32_t)((uint32_t)x >> bits | (uint32_t)x << (32 - bits));
}

#endif

#endif /* PULSE_NN_DSP_H_ */
