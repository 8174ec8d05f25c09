/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

#if !PULSE_NN_DSP

void pulse_nn_multiply(const struct pulse_nn_conv *conv, const int16_t *tile, uint32_t width,
		       const int8_t *weights, const struct pulse_nn_channel *channels, int8_t *out)
{
	pulse_nn_multiply_any(conv, tile, width, weights, channels, out);
}

#endif
