/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults on purpose: while a recording is replayed, the emulated chips fail at random times, the
 * same ones for the same CONFIG_PULSE_RANDOM_FAULTS_SEED. Every 10 to 40 s one of: of the PPG a
 * refused transfer, a lost interrupt, more samples at once than the FIFO holds, a reset, 8 s
 * without contact; of the accelerometer 6 s in which it does not answer, a loss of power. At boot
 * the accelerometer is 10 s late.
 */
#ifndef PULSE_RANDOM_FAULTS_H_
#define PULSE_RANDOM_FAULTS_H_

#include <stdint.h>
#include <zephyr/drivers/emul.h>

/**
 * Before each sample of the recording.
 * @param t_us    its time
 * @param counts  what the recording says
 * @return what the chip sees
 */
uint32_t pulse_random_faults_sample(const struct emul *chip, int64_t t_us, uint32_t counts);

/** One line, FAULTS, with how often each was brought on. */
void pulse_random_faults_print(void);

#endif /* PULSE_RANDOM_FAULTS_H_ */
