/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h in a Zephyr thread; nothing interrupts the counting. */
#include <zephyr/kernel.h>

#include "counter.h"
#include "platform.h"
#include "semihosting.h"

#define STACK 4096

K_THREAD_STACK_DEFINE(bench_stack, STACK);
static struct k_thread thread;

/* Where program.c looks for the stack's end. */
__asm__(".global stack_top\n.set stack_top, bench_stack + " STRINGIFY(STACK) "\n");

uint32_t platform_stack(void)
{
	size_t unused = 0;

	k_thread_stack_space_get(&thread, &unused);
	return STACK - unused;
}

static void run(void *unused1, void *unused2, void *unused3)
{
	irq_lock();
	counter_start();
	semihosting_exit(program());
}

int main(void)
{
	k_thread_create(&thread, bench_stack, STACK, run, NULL, NULL, NULL, 0, 0, K_NO_WAIT);
	return k_thread_join(&thread, K_FOREVER);
}
