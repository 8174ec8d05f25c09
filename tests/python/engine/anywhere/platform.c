/* SPDX-License-Identifier: Apache-2.0 */
/*
 * platform.h by semihosting for any processor that test_matrix.py builds for: Cortex-M, Arm's A and
 * R profiles, RISC-V. QEMU loads all sections to where they run. No C library: what compilers call
 * without being asked is here too.
 */
#include <stddef.h>
#include <stdint.h>

#include "platform.h"

#define SYS_WRITE0        0x04
#define SYS_EXIT_EXTENDED 0x20
#define APPLICATION_EXIT  0x20026 /* ADP_Stopped_ApplicationExit */

extern uint32_t bss_start[], bss_end[], stack_top[];

/* Aligned: RISC-V's three instructions must lie in one page. */
__attribute__((noinline, aligned(128))) static intptr_t call(intptr_t operation,
							     const void *parameters)
{
#if defined(__riscv)
	register intptr_t a0 __asm__("a0") = operation;
	register const void *a1 __asm__("a1") = parameters;

	__asm__ volatile(".option push\n"
			 ".option norvc\n"
			 "slli x0, x0, 0x1f\n"
			 "ebreak\n"
			 "srai x0, x0, 7\n"
			 ".option pop\n"
			 : "+r"(a0)
			 : "r"(a1)
			 : "memory");
	return a0;
#else
	register intptr_t r0 __asm__("r0") = operation;
	register const void *r1 __asm__("r1") = parameters;

#if __ARM_ARCH_PROFILE == 'M'
	__asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#elif defined(__thumb__)
	__asm__ volatile("svc 0xab" : "+r"(r0) : "r"(r1) : "memory", "lr");
#else
	__asm__ volatile("svc 0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
#endif
	return r0;
#endif
}

void platform_line(const char *text)
{
	call(SYS_WRITE0, text);
	call(SYS_WRITE0, "\n");
}

__attribute__((noreturn)) static void leave(int status)
{
	const intptr_t parameters[2] = {APPLICATION_EXIT, status};

	for (;;) {
		call(SYS_EXIT_EXTENDED, parameters);
	}
}

__attribute__((used)) void begin(void)
{
	for (volatile uint32_t *to = bss_start; to < (volatile uint32_t *)bss_end; to++) {
		*to = 0;
	}
	leave(program());
}

/* Not static: assembler at top level calls it, and link-time optimisation renames what is static.
 */
__attribute__((used)) void fault(void)
{
	platform_line("FAULT: the processor took an exception");
	leave(70);
}

#if defined(__riscv)

__asm__(".section .begin, \"ax\"\n"
	".global _start\n"
	".option arch, +zicsr\n"
	"_start: la sp, stack_top\n"
	"la t0, fault_entry\n"
	"csrw mtvec, t0\n"
	"call begin\n"
	".balign 4\n"
	"fault_entry: call fault\n"
	".text\n");

#elif __ARM_ARCH_PROFILE == 'M'

/* The coprocessors of the FPU (and MVE) on, then the program. */
void _start(void)
{
#ifdef __ARM_FP
	*(volatile uint32_t *)0xe000ed88 |= 0xfu << 20;
	__asm__ volatile("dsb\nisb" ::: "memory");
#endif
#ifdef ANYWHERE_TRAP_UNALIGNED
	*(volatile uint32_t *)0xe000ed14 |= 1u << 3; /* CCR.UNALIGN_TRP */
#endif
	begin();
}

__attribute__((section(".begin"), used)) static const struct {
	uint32_t *stack;
	void (*handlers[15])(void);
} vectors = {
	stack_top,
	{_start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
	 fault, fault},
};

#else

__asm__(".section .begin, \"ax\"\n"
	".arm\n"
	".global _start\n"
	"_start: ldr sp, =stack_top\n"
	"blx begin\n"
	".ltorg\n"
	".text\n");

#endif

uintptr_t __stack_chk_guard = 0x5aa5c33c;

void __stack_chk_fail(void)
{
	platform_line("STACK: overwritten");
	leave(71);
}

/* Of the unwinder, which tables of unwinding link. */
void abort(void)
{
	leave(72);
}

/*
 * volatile, or these loops would become calls of themselves; used, or link-time optimisation drops
 * them before it makes the calls.
 */
__attribute__((used)) void *memset(void *to, int value, size_t size)
{
	volatile uint8_t *byte = to;

	while (size-- > 0) {
		*byte++ = (uint8_t)value;
	}
	return to;
}

__attribute__((used)) void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	volatile uint8_t *byte = to;
	const uint8_t *source = from;

	while (size-- > 0) {
		*byte++ = *source++;
	}
	return to;
}

__attribute__((used)) int memcmp(const void *a, const void *b, size_t size)
{
	const volatile uint8_t *x = a, *y = b;

	for (; size > 0; size--, x++, y++) {
		if (*x != *y) {
			return *x < *y ? -1 : 1;
		}
	}
	return 0;
}

#ifdef __arm__

/* Clang's names for them on Arm (Arm RTABI, 4.3.4). */
void __aeabi_memset(void *to, size_t size, int value)
{
	memset(to, value, size);
}

void __aeabi_memclr(void *to, size_t size)
{
	memset(to, 0, size);
}

void __aeabi_memclr4(void *to, size_t size)
{
	memset(to, 0, size);
}

void __aeabi_memclr8(void *to, size_t size)
{
	memset(to, 0, size);
}

void __aeabi_memcpy(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
}

void __aeabi_memcpy4(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
}

#endif
