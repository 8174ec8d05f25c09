/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

#if !PULSE_NN_DSP

void pulse_nn_multiply(struct pulse_nn_walk *walk, const int16_t *tile, const int8_t *weights,
		       const struct pulse_nn_channel *channels, int8_t *out)
{
	pulse_nn_multiply_any(walk, tile, weights, channels, out);
}

#endif
