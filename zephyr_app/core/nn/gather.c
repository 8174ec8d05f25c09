/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

#if !PULSE_NN_DSP

void pulse_nn_gather(const struct pulse_nn_conv *conv, const struct pulse_nn_site *site,
		     const int8_t *in, int16_t *tile)
{
	pulse_nn_gather_any(conv, site, in, tile);
}

#endif
