/* SPDX-License-Identifier: Apache-2.0 */
#include "pulse/nn.h"

void pulse_nn_fill(int8_t *out, int8_t value, uint32_t size)
{
	while (size-- > 0) {
		*out++ = value;
	}
}
