/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PULSE_NN_DEPTHWISE_H_
#define PULSE_NN_DEPTHWISE_H_

#include "pulse/nn.h"

/**
 * pulse_nn_depthwise for the DSP extension, conv->strip positions at a time: filters of one channel
 * each, in multiples of four; steps of 1 or 2 along the row, dilation 1. False if it cannot.
 */
bool pulse_nn_depthwise_strips(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out,
			       int16_t *scratch);

#endif /* PULSE_NN_DEPTHWISE_H_ */
