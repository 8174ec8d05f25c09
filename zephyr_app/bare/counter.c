/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting instructions on QEMU: under `-icount shift=6` each takes 64 ns of virtual time, and
 * FPGAIO's up-counter runs at 25 MHz (Arm AN386): 1.6 ticks an instruction. These are instructions,
 * not cycles.
 */
#include "counter.h"

#include "platform.h"

#define FPGAIO_COUNTER ((const volatile uint32_t *)0x40028018)

/*
 * A reading drops the fraction of a tick, and how far into a tick the program began differs from
 * run to run. Three instructions take 4.8 ticks: 4 are seen only from the first fifth of a tick.
 * Going on from there, all readings are the same each time. Nine instructions a turn: each of the
 * five fifths has its turn.
 */
void counter_start(void)
{
	uint32_t turns = 1000; /* without -icount there is nothing to find */
	uint32_t first, second;

	__asm__ volatile("1: ldr %1, [%3]\n"
			 "   nop\n"
			 "   nop\n"
			 "   ldr %2, [%3]\n"
			 "   subs %0, #1\n"
			 "   beq 2f\n"
			 "   subs %2, %2, %1\n"
			 "   cmp %2, #4\n"
			 "   bne 1b\n"
			 "2:\n"
			 : "+l"(turns), "=&l"(first), "=&l"(second)
			 : "l"(FPGAIO_COUNTER)
			 : "cc", "memory");
}

uint32_t platform_counter(void)
{
	return *FPGAIO_COUNTER;
}

uint32_t platform_instructions_between(uint32_t before, uint32_t after)
{
	uint32_t start = platform_counter();
	uint32_t reading = platform_counter() - start;
	uint32_t ticks = after - before;

	return ticks > reading ? (uint32_t)(((uint64_t)(ticks - reading) * 5 + 4) / 8) : 0;
}
