/* SPDX-License-Identifier: Apache-2.0 */
#include "pulse_model.h"

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
