/* SPDX-License-Identifier: Apache-2.0 */
#include "pulse/nn.h"

void pulse_nn_copy(const struct pulse_nn_copy *copy, const int8_t *in, int8_t *out)
{
	for (int32_t i = 0; i < copy->size[0]; i++) {
		for (int32_t j = 0; j < copy->size[1]; j++) {
			for (int32_t k = 0; k < copy->size[2]; k++) {
				const int8_t *from = in + i * copy->from[0] + j * copy->from[1] +
						     k * copy->from[2];
				int8_t *to =
					out + i * copy->to[0] + j * copy->to[1] + k * copy->to[2];

				for (int32_t n = copy->size[3]; n > 0; n--) {
					*to = *from;
					from += copy->from[3];
					to += copy->to[3];
				}
			}
		}
	}
}
