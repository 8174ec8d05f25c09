/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIXTURE_H_
#define FIXTURE_H_

#include <zephyr/device.h>
#include <zephyr/drivers/emul.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#define PPG_NODE DT_ALIAS(pulse_ppg)

static const struct device *const ppg = DEVICE_DT_GET(PPG_NODE);
static const struct emul *const chip = EMUL_DT_GET(PPG_NODE);

/* `count` samples with the counts first, first + 1, ... at once. */
static inline void push(uint32_t first, int count)
{
	for (int i = 0; i < count; i++) {
		uint32_t counts = first + i;

		pulse_ppg_emul_push(chip, &counts);
	}
}

#endif /* FIXTURE_H_ */
