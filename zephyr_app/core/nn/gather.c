/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

#if !PULSE_NN_DSP

void pulse_nn_gather(const struct pulse_nn_walk *walk, const int8_t *in, int16_t *tile)
{
	pulse_nn_gather_any(walk, in, tile);
}

#endif
