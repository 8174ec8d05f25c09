/* SPDX-License-Identifier: Apache-2.0 */
/* The asynchronous API: one-shot reads and the stream. */
#ifndef PPG_STREAM_H_
#define PPG_STREAM_H_

#include <zephyr/drivers/sensor.h>

#include "ppg_data.h"

/** Prepare the work items. Once, before the interrupt is enabled. */
void pulse_ppg_async_init(const struct device *dev);

/** The chip raised its interrupt. In the interrupt. */
void pulse_ppg_interrupt(const struct device *dev);

/** sensor_driver_api's submit. */
void pulse_ppg_submit(const struct device *dev, struct rtio_iodev_sqe *request);

/** The chip is about to be shut down, or has been set up again. Callers hold the lock. */
void pulse_ppg_pause(const struct device *dev);
void pulse_ppg_go_on(const struct device *dev);

#endif /* PPG_STREAM_H_ */
