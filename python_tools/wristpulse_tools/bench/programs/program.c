/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a generated model's golden vectors on the bare-metal platform and prints what it costs:
 * stack, wrong outputs, instructions of one inference, of each layer, and whether they ever differ.
 */
#include "platform.h"
#include "print.h"
#include "pulse_model_golden.h"
#include "program.h"

#ifndef BENCH_ARENA /* bytes; another engine has its own size */
#define BENCH_ARENA PULSE_MODEL_ARENA_SIZE
#endif

static uint32_t arena[(BENCH_ARENA + 3) / 4] __attribute__((aligned(16)));
static int8_t output[PULSE_MODEL_OUTPUT_SIZE];
static uint32_t marks[PULSE_MODEL_LAYERS + 1];

extern uint32_t stack_top[];

void bench_after_layer(uint32_t index)
{
	marks[index + 1] = platform_counter();
}

__attribute__((weak)) uint32_t bench_prepare(void *memory, uint32_t size)
{
	(void)memory;
	return size;
}

static uint32_t wrong(uint32_t vector)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < PULSE_MODEL_OUTPUT_SIZE; i++) {
		count += output[i] != pulse_model_golden_output[vector][i];
	}
	return count;
}

static uint32_t instructions(uint32_t vector)
{
	uint32_t before = platform_counter();

	marks[0] = before;
	pulse_model_run(pulse_model_golden_input[vector], output, arena);
	return platform_instructions_between(before, platform_counter());
}

int program(void)
{
	uint32_t depth = (uint32_t)((uintptr_t)stack_top - (uintptr_t)__builtin_frame_address(0));
	uint32_t errors = 0, cost = 0, differing = 0;
	uint32_t used = bench_prepare(arena, sizeof(arena));

	print("ARENA", used);
	if (used == 0) {
		return 1;
	}
	for (uint32_t i = 0; i < PULSE_MODEL_GOLDEN_COUNT; i++) {
		uint32_t count = instructions(i);

		differing += i > 0 && count != cost;
		cost = count > cost ? count : cost;
		errors += wrong(i);
	}
	print("STACK", platform_stack() - depth);
	print("WRONG", errors);
	print("INSTRUCTIONS", cost);
	print("DIFFERING", differing);
#ifdef BENCH_LAYERS
	for (uint32_t i = 0; i < PULSE_MODEL_LAYERS; i++) {
		print("LAYER", platform_instructions_between(marks[i], marks[i + 1]));
	}
#endif
	return errors != 0;
}
