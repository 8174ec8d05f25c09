/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed_point.h"

void pulse_nn_mul(const struct pulse_nn_elementwise *mul, const int8_t *a, const int8_t *b,
		  int8_t *out)
{
	for (uint32_t i = 0, j = 0; i < mul->size; i++, j = j + 1 == mul->period ? 0 : j + 1) {
		int32_t product = (a[i] - mul->zero_a) * (b[j] - mul->zero_b);

		out[i] = (int8_t)pulse_nn_clamp(pulse_nn_scaled(product, mul->out) + mul->zero_out,
						mul->low, mul->high);
	}
}
