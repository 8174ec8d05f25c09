/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scratch of a depthwise strip on SMLAD: where depthwise_spread_dsp.c writes weights and taps,
 * and depthwise_dsp.c reads them.
 */
#ifndef PULSE_NN_DEPTHWISE_STRIP_H_
#define PULSE_NN_DEPTHWISE_STRIP_H_

#include "pulse/nn.h"

/** Scratch of one strip, in words: weights of a channel, then its taps; channel after channel. */
struct pulse_nn_strip {
	uint32_t words; /* of weights in a row of the kernel, for one of two outputs */
	uint32_t pitch; /* words of taps in a row */
	uint32_t channel;
	uint32_t rows, count; /* of outputs, and outputs in a row */
	uint32_t step;        /* words of taps from one row of outputs to the next */
};

/** A row of the kernel: weights (-1, 0), (0, 1), (1, 2) ..., 0 where there is none. */
void pulse_nn_spread_weights(const struct pulse_nn_conv *conv, const int8_t *from,
			     const struct pulse_nn_strip *strip, int32_t *to);

/** A row of taps from column `left` on; `from` is column 0 of `width`, 0 outside. */
void pulse_nn_spread_taps(const struct pulse_nn_conv *conv, const int8_t *from, int32_t left,
			  int32_t width, const struct pulse_nn_strip *strip, int32_t *to);

#endif /* PULSE_NN_DEPTHWISE_STRIP_H_ */
