/* SPDX-License-Identifier: Apache-2.0 */
#include "pulse/nn.h"

void pulse_nn_minimum(const struct pulse_nn_elementwise *of, const int8_t *a, const int8_t *b,
		      int8_t *out)
{
	for (uint32_t i = 0, j = 0; i < of->size; i++, j = j + 1 == of->period ? 0 : j + 1) {
		out[i] = a[i] < b[j] ? a[i] : b[j];
	}
}
