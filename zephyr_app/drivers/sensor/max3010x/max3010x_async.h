/* SPDX-License-Identifier: Apache-2.0 */
/* The asynchronous API: one-shot reads and the stream. */
#ifndef MAX3010X_ASYNC_H_
#define MAX3010X_ASYNC_H_

#include <zephyr/drivers/sensor.h>

#include "max3010x_data.h"

/** Prepare the work items. Once, before the interrupt is enabled. */
void max3010x_async_init(const struct device *dev);

/** The chip raised its interrupt. In the interrupt. */
void max3010x_interrupt(const struct device *dev);

/** sensor_driver_api's submit. */
void max3010x_submit(const struct device *dev, struct rtio_iodev_sqe *request);

/** The chip is about to be shut down, or has been set up again. Callers hold the lock. */
void max3010x_pause(const struct device *dev);
void max3010x_go_on(const struct device *dev);

#endif /* MAX3010X_ASYNC_H_ */
