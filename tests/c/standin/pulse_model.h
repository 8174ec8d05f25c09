/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for a generated network where a test is about what surrounds it: correlates the window
 * with square waves at the heart-rate bins. tests/python/core/standin.py is its equal.
 */
#ifndef PULSE_MODEL_H_
#define PULSE_MODEL_H_

#include <stdint.h>

#include "pulse_config.h"

#define PULSE_MODEL_HASH "stand-in"
#ifdef PULSE_FRONT_END_SPECTRUM
#define PULSE_MODEL_INPUT_SIZE   2080
#define PULSE_MODEL_INPUT_OFFSET 8
#define PULSE_MODEL_ARENA_SIZE   2088
#else
#define PULSE_MODEL_INPUT_SIZE 1024
#define PULSE_MODEL_ARENA_SIZE 8
#endif
#define PULSE_MODEL_OUTPUT_SIZE     104
#define PULSE_MODEL_ARENA_ALIGNMENT 1

void pulse_model_run(const int8_t *input, int8_t *output, void *arena);

#endif /* PULSE_MODEL_H_ */
