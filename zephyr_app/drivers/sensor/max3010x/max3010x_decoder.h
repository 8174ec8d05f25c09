/* SPDX-License-Identifier: Apache-2.0 */
/* From batches to readings. */
#ifndef MAX3010X_DECODER_H_
#define MAX3010X_DECODER_H_

#include <zephyr/drivers/sensor.h>

/** sensor_driver_api's get_decoder. */
int max3010x_get_decoder(const struct device *dev, const struct sensor_decoder_api **decoder);

#endif /* MAX3010X_DECODER_H_ */
