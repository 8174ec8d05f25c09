/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An emulated front end: a register file and a FIFO that a test or a recording feeds, behind an
 * emulated bus; INT drives an emulated GPIO pin. The same calls for every chip.
 */
#ifndef DRIVERS_SENSOR_PPG_EMUL_H_
#define DRIVERS_SENSOR_PPG_EMUL_H_

#include <stdbool.h>
#include <stdint.h>
#include <zephyr/drivers/emul.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The chip takes one sample now: counts of each channel, as they are with the currents that
 * devicetree states; another current gives more or less light in proportion. Dropped while the chip
 * is shut down or its FIFO is full, as in the chip. Fit for an interrupt.
 */
void pulse_ppg_emul_push(const struct emul *emul, const uint32_t *counts);

/** Raise the watermark interrupt for what the FIFO holds, however little: a recording pauses or
 * ends. */
void pulse_ppg_emul_flush(const struct emul *emul);

/** Current that a channel's LED is lit with, uA, as its register says; 0: the chip was reset. */
uint32_t pulse_ppg_emul_led_ua(const struct emul *emul, int channel);

void pulse_ppg_emul_set_reg(const struct emul *emul, uint8_t reg, uint8_t value);
uint8_t pulse_ppg_emul_get_reg(const struct emul *emul, uint8_t reg);

/** Every transfer fails with -EIO until told otherwise: the chip does not answer. */
void pulse_ppg_emul_vanish(const struct emul *emul, bool gone);

/** The next `count` transfers fail with -EIO, after `after` that work. */
void pulse_ppg_emul_nack(const struct emul *emul, int after, int count);

/** The next `count` interrupts do not reach the pin. */
void pulse_ppg_emul_mute(const struct emul *emul, int count);

/** Its FIFO takes no more samples until the chip is reset; it answers as if nothing were wrong. */
void pulse_ppg_emul_stick(const struct emul *emul);

/**
 * The watermark's status is raised again by each sample above it, once it has been read; otherwise
 * by the sample that reaches it only. The data sheet of the MAX3010x leaves open which it does.
 */
void pulse_ppg_emul_raise_again(const struct emul *emul, bool again);

/** One sample, of these counts in each channel, comes between the next read of the status and what
 * follows it. */
void pulse_ppg_emul_push_late(const struct emul *emul, uint32_t counts);

/** The chip knows no proximity mode, as later revisions of its data sheet have it. */
void pulse_ppg_emul_without_proximity(const struct emul *emul, bool without);

/** Bytes of the longest read so far. */
uint16_t pulse_ppg_emul_longest_read(const struct emul *emul);

/** Power comes back: registers at their reset values, FIFO empty, chip idle. */
void pulse_ppg_emul_power_cycle(const struct emul *emul);

#ifdef __cplusplus
}
#endif

#endif /* DRIVERS_SENSOR_PPG_EMUL_H_ */
