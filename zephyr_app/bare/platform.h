/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program of this project asks of the machine that runs it: two files of C each, for QEMU's
 * mps2-an386 (semihosting) and for the host (stdio).
 */
#ifndef PLATFORM_H_
#define PLATFORM_H_

#include <stddef.h>
#include <stdint.h>

/** The program's one argument, as it was given on QEMU's or the host's command line; "" if none. */
const char *platform_argument(void);

/** Open a host file for reading. @return handle, or -1 */
int platform_open(const char *path);

/** pulse_replay_read: context points to the handle. */
size_t platform_read(void *context, void *buffer, size_t size);

/** Write one line to the console; the line end is added. */
void platform_line(const char *text);

/** A counter of retired instructions, for platform_instructions_between. 0 on the host. */
uint32_t platform_counter(void);

/** Instructions between two readings, less than 1.6e9, without those of reading. Exact to one. */
uint32_t platform_instructions_between(uint32_t before, uint32_t after);

/** Most bytes of stack in use so far, by painting. 0 on the host. */
uint32_t platform_stack(void);

/** The program. @return exit status */
int program(void);

#endif /* PLATFORM_H_ */
