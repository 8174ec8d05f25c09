/* SPDX-License-Identifier: Apache-2.0 */
/* Included before a model's code when its layers are to be counted one by one. */
#ifndef BENCH_PROGRAM_H_
#define BENCH_PROGRAM_H_

#include <stdint.h>

void bench_after_layer(uint32_t index);

/** Another engine's set-up, not counted. @return bytes of the arena in use, 0 if it failed */
uint32_t bench_prepare(void *arena, uint32_t size);

#ifdef BENCH_LAYERS
#define PULSE_NN_AFTER_LAYER(index) bench_after_layer(index)
#endif

#endif /* BENCH_PROGRAM_H_ */
