/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's files call one way: max86141.c, max86141_chip.c, max86141_bus.c. */
#ifndef MAX86141_DATA_H_
#define MAX86141_DATA_H_

#include <zephyr/drivers/spi.h>

#include "max86141_reg.h"
#include "ppg_data.h"

struct max86141_config {
	struct pulse_ppg_config ppg; /* first */
	struct spi_dt_spec spi;
	uint8_t photodiodes; /* 1 or 2 */
	uint8_t system;
	uint8_t ppg_config1;
	uint8_t rate;    /* index of the binding's sample-rate */
	uint8_t average; /* of its sample-average: SMP_AVE */
	uint8_t led_seq[2];
	uint8_t led_range;
};

struct max86141_data {
	struct pulse_ppg_data ppg; /* first */
	uint8_t tint;              /* as the user set the pulse width, + 1; 0: not yet */
};

/** Read registers, or FIFO bytes in a burst that may be split. @return 0 or a bus error */
int max86141_read(const struct device *dev, uint8_t reg, uint8_t *bytes, size_t count);

/** Write a register. @return 0 or a bus error */
int max86141_write(const struct device *dev, uint8_t reg, uint8_t value);

/** The chip's operations. */
extern const struct pulse_ppg_chip max86141_chip;

#endif /* MAX86141_DATA_H_ */
