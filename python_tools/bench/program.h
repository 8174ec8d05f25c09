/* SPDX-License-Identifier: Apache-2.0 */
/* Included before a model's code when its layers are to be counted one by one. */
#ifndef BENCH_PROGRAM_H_
#define BENCH_PROGRAM_H_

#include <stdint.h>

void bench_after_layer(uint32_t index);

#ifdef BENCH_LAYERS
#define PULSE_NN_AFTER_LAYER(index) bench_after_layer(index)
#endif

#endif /* BENCH_PROGRAM_H_ */
