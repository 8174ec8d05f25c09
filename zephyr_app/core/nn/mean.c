/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed_point.h"

void pulse_nn_mean(const struct pulse_nn_mean *mean, const int8_t *in, int8_t *out)
{
	for (uint32_t channel = 0; channel < mean->channels; channel++) {
		int32_t sum = -(int32_t)mean->count * mean->in_zero;

		for (uint32_t row = 0; row < mean->count; row++) {
			sum += in[row * mean->channels + channel];
		}
		out[channel] = (int8_t)pulse_nn_clamp(
			pulse_nn_scaled(sum, mean->scale) + mean->out_zero, INT8_MIN, INT8_MAX);
	}
}
