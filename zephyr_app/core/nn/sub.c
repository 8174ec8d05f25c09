/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed_point.h"

/** Bits of headroom that TFLite gives both operands. */
#define HEADROOM 20

void pulse_nn_sub(const struct pulse_nn_elementwise *sub, const int8_t *a, const int8_t *b,
		  int8_t *out)
{
	for (uint32_t i = 0, j = 0; i < sub->size; i++, j = j + 1 == sub->period ? 0 : j + 1) {
		int32_t x = pulse_nn_scaled((a[i] - sub->zero_a) * (1 << HEADROOM), sub->a);
		int32_t y = pulse_nn_scaled((b[j] - sub->zero_b) * (1 << HEADROOM), sub->b);

		out[i] = (int8_t)pulse_nn_clamp(pulse_nn_scaled(x - y, sub->out) + sub->zero_out,
						sub->low, sub->high);
	}
}
