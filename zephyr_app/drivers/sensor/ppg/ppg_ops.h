/* SPDX-License-Identifier: Apache-2.0 */
/* The chip's operations, with what all drivers keep beside them. Callers hold the lock. */
#ifndef PPG_OPS_H_
#define PPG_OPS_H_

#include "ppg_data.h"

/** Check the part number. @return 0, -ENODEV or a bus error */
int pulse_ppg_identify(const struct device *dev);

/** Identify, reset and write all settings: the chip samples. @return as pulse_ppg_identify */
int pulse_ppg_set_up(const struct device *dev);

/** LEDs off, no samples. @return 0 or a bus error */
int pulse_ppg_shut_down(const struct device *dev);

/** Give the chip the currents that were asked for. @return 1: one changed; 0; or a bus error */
int pulse_ppg_light(const struct device *dev);

/** Drop what the FIFO holds and the sample under way: an LED changed. @return 0 or a bus error */
int pulse_ppg_mark_mixed(const struct device *dev);

/** Empty the FIFO and release the interrupt pin. @return 0 or a bus error */
int pulse_ppg_clear(const struct device *dev);

/** Samples in the FIFO, and how many were lost after them. @return count or a bus error */
int pulse_ppg_level(const struct device *dev, uint8_t *lost);

/** Read `samples` samples, channels x 3 bytes each. @return 0 or a bus error */
int pulse_ppg_read(const struct device *dev, uint8_t *counts, int samples);

/**
 * While sensing proximity: does the newest sample, or the chip itself, say that skin is there?
 * @return 1, 0 (also without a sample) or a bus error
 */
int pulse_ppg_skin(const struct device *dev);

#endif /* PPG_OPS_H_ */
