/* SPDX-License-Identifier: Apache-2.0 */
/* The chip's registers: set-up and the FIFO. Callers hold the lock. */
#ifndef MAX3010X_CHIP_H_
#define MAX3010X_CHIP_H_

#include "max3010x_data.h"

/** Check the part number; frees a blocked bus. @return 0, -ENODEV or a bus error */
int max3010x_identify(const struct device *dev);

/** Identify, reset and write all settings: the chip samples. @return as max3010x_identify */
int max3010x_set_up(const struct device *dev);

/** LEDs off, no samples, registers kept: 0.7 uA. @return 0 or a bus error */
int max3010x_shut_down(const struct device *dev);

/** Give the chip the currents that were asked for. @return 1: one changed; 0; or a bus error */
int max3010x_light(const struct device *dev);

/** Drop what the FIFO holds and the sample under way: an LED changed. @return 0 or a bus error */
int max3010x_mark_mixed(const struct device *dev);

/** Empty the FIFO and release the interrupt pin. @return 0 or a bus error */
int max3010x_clear(const struct device *dev);

/** Samples in the FIFO, and how many were lost after them. @return count or a bus error */
int max3010x_level(const struct device *dev, uint8_t *lost);

/** Read `samples` samples, slots x 3 bytes each. @return 0 or a bus error */
int max3010x_read_fifo(const struct device *dev, uint8_t *buffer, int samples);

#endif /* MAX3010X_CHIP_H_ */
