/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a streaming model's golden hops on the bare-metal platform and prints what a hop costs:
 * stack, wrong outputs, instructions of the dearest; with BENCH_LAYERS those of each layer.
 */
#include "platform.h"
#include "print.h"
#include "program.h"
#include "pulse_model_stream_golden.h"

static uint32_t arena[(PULSE_MODEL_STREAM_ARENA_SIZE + 3) / 4];
static struct pulse_model_stream state;
static int8_t output[PULSE_MODEL_STREAM_OUTPUT_SIZE];

static uint32_t marks[PULSE_MODEL_STREAM_LAYERS + 1];

extern uint32_t stack_top[];

void bench_after_layer(uint32_t index)
{
	marks[index + 1] = platform_counter();
}

static uint32_t wrong(uint32_t hop)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < PULSE_MODEL_STREAM_OUTPUT_SIZE; i++) {
		count += output[i] != pulse_model_stream_golden_output[hop][i];
	}
	return count;
}

int program(void)
{
	uint32_t depth = (uint32_t)((uintptr_t)stack_top - (uintptr_t)__builtin_frame_address(0));
	uint32_t errors = 0, cost = 0;

	pulse_model_stream_init(&state);
	for (uint32_t i = 0; i < PULSE_MODEL_STREAM_GOLDEN_COUNT; i++) {
		uint32_t before = platform_counter();

		marks[0] = before;
		pulse_model_stream_hop(&state, pulse_model_stream_golden_input[i], output, arena);
		uint32_t count = platform_instructions_between(before, platform_counter());

		cost = count > cost ? count : cost;
		errors += wrong(i);
	}
	print("STACK", platform_stack() - depth);
	print("WRONG", errors);
	print("INSTRUCTIONS", cost);
#ifdef BENCH_LAYERS
	for (uint32_t i = 0; i < PULSE_MODEL_STREAM_LAYERS; i++) {
		print("LAYER", platform_instructions_between(marks[i], marks[i + 1]));
	}
#endif
	return errors != 0;
}
