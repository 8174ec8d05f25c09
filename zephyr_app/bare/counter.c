/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting instructions on QEMU: under `-icount shift=6` each takes 64 ns of virtual time, and
 * FPGAIO's up-counter runs at 25 MHz (Arm AN386): 1.6 ticks an instruction. These are instructions,
 * not cycles.
 */
#include "platform.h"

#define FPGAIO_COUNTER (*(const volatile uint32_t *)0x40028018)

uint32_t platform_counter(void)
{
	return FPGAIO_COUNTER;
}

static uint32_t instructions(uint32_t ticks)
{
	return (uint32_t)(((uint64_t)ticks * 5 + 7) / 8);
}

uint32_t platform_instructions_between(uint32_t before, uint32_t after)
{
	uint32_t start = platform_counter();
	uint32_t reading = platform_counter() - start;
	uint32_t ticks = after - before;

	return ticks > reading ? instructions(ticks - reading) : 0;
}
