/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed_point.h"

/** Bits of headroom that TFLite gives both operands of a sum. */
#define HEADROOM 20

void pulse_nn_add(const struct pulse_nn_elementwise *add, const int8_t *a, const int8_t *b,
		  int8_t *out)
{
	for (uint32_t i = 0, j = 0; i < add->size; i++, j = j + 1 == add->period ? 0 : j + 1) {
		int32_t x = pulse_nn_scaled((a[i] - add->zero_a) * (1 << HEADROOM), add->a);
		int32_t y = pulse_nn_scaled((b[j] - add->zero_b) * (1 << HEADROOM), add->b);

		out[i] = (int8_t)pulse_nn_clamp(pulse_nn_scaled(x + y, add->out) + add->zero_out,
						add->low, add->high);
	}
}
