/* SPDX-License-Identifier: Apache-2.0 */
/* Reset, faults and the stack's paint, for any Cortex-M that link.ld describes. */
#include <stdint.h>

#include "counter.h"
#include "platform.h"
#include "semihosting.h"

#define PAINT 0xa5a5a5a5u

extern uint32_t stack_bottom[], stack_top[];
extern uint32_t data_start[], data_end[], data_load[];
extern uint32_t bss_start[], bss_end[];

void platform_reset(void);

static void fault(void)
{
	semihosting_write("FAULT: the processor took an exception\n");
	semihosting_exit(70);
}

/* Initial stack pointer, reset, and the fourteen system exceptions of ARMv7-M. No interrupts are
 * used. */
__attribute__((section(".vectors"), used)) static const struct {
	uint32_t *stack;
	void (*handlers[15])(void);
} vectors = {
	stack_top,
	{platform_reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
	 fault, fault, fault, fault},
};

/* volatile: these loops must not become calls that look for memory not yet there. */
void platform_reset(void)
{
	volatile uint32_t *to;
	const uint32_t *from = data_load;

	for (to = data_start; to != data_end;) {
		*to++ = *from++;
	}
	for (to = bss_start; to != bss_end;) {
		*to++ = 0;
	}
	/* Up to this frame, less a margin for what this loop itself keeps there. */
	for (to = stack_bottom; to < (uint32_t *)__builtin_frame_address(0) - 16;) {
		*to++ = PAINT;
	}
	counter_start();
	semihosting_exit(program());
}

uint32_t platform_stack(void)
{
	const volatile uint32_t *p = stack_bottom;

	while (p < stack_top && *p == PAINT) {
		p++;
	}
	return (uint32_t)((uintptr_t)stack_top - (uintptr_t)p);
}
