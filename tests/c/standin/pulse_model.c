/* SPDX-License-Identifier: Apache-2.0 */
#include "pulse_model.h"

#ifdef PULSE_FRONT_END_SPECTRUM

void pulse_model_run(const int8_t *input, int8_t *output, void *arena)
{
	(void)arena;
	for (int bin = 0; bin < PULSE_MODEL_OUTPUT_SIZE; bin++) {
		int32_t sum = 0;

		for (int hop = 0; hop < 4; hop++, input += 5) {
			sum += (hop + 1) *
			       (8 * input[0] + 3 * input[1] - 2 * input[2] - input[3] - input[4]);
		}
		sum >>= 6;
		output[bin] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
	}
}

#else

static int sign(uint32_t phase)
{
	return (phase & 1023) < 512 ? 1 : -1;
}

void pulse_model_run(const int8_t *input, int8_t *output, void *arena)
{
	const int8_t *acc = input + 256;

	(void)arena;
	for (uint32_t bin = 0; bin < PULSE_MODEL_OUTPUT_SIZE; bin++) {
		int32_t re = 0;
		int32_t im = 0;

		for (uint32_t n = 0; n < 256; n++) {
			int32_t x = 8 * input[n] - acc[3 * n] - 2 * acc[3 * n + 1] + acc[3 * n + 2];

			re += sign(n * (16 + bin)) * x;
			im += sign(n * (16 + bin) + 256) * x;
		}
		int32_t power = (re < 0 ? -re : re) + (im < 0 ? -im : im);

		power = (power >> 9) - 128;
		output[bin] = (int8_t)(power < 127 ? power : 127);
	}
}

#endif
