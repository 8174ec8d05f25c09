/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The coredump of the last crash (CONFIG_PULSE_COREDUMP): registers, the thread's control block and
 * its stack, in Zephyr's format. The fault handler writes RAM that outlives the reset: flash
 * drivers wait for semaphores and for pauses of the radio, which a fault handler cannot. The next
 * start copies it into flash, devicetree's coredump_partition, where it stays until the next crash.
 */
#ifndef PULSE_COREDUMP_H_
#define PULSE_COREDUMP_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * The partition begins with this; the dump follows. All little-endian.
 */
struct pulse_coredump_header {
	uint32_t magic; /* PULSE_COREDUMP_MAGIC */
	uint32_t size;  /* bytes of the dump */
	uint32_t check; /* CRC-32 (IEEE) of the dump */
	uint32_t lost;  /* bytes that CONFIG_PULSE_COREDUMP_BYTES had no room for */
};

#define PULSE_COREDUMP_MAGIC 0x44435550 /* "PUCD" */

/** Copy a dump that the last run left into flash. Once, at boot; blocks while flash is erased. */
void pulse_coredump_save(void);

/** @return bytes of the stored dump; 0: none, or damaged */
size_t pulse_coredump_size(void);

/** Read the stored dump. @return bytes read, 0 at its end, or negative errno */
ssize_t pulse_coredump_read(size_t offset, uint8_t *buffer, size_t length);

/** Erase it. @return 0 or negative errno */
int pulse_coredump_erase(void);

#endif /* PULSE_COREDUMP_H_ */
