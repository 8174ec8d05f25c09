/* SPDX-License-Identifier: Apache-2.0 */
/* From the FIFO into a request's buffer, with times. Callers hold the lock. */
#ifndef PPG_BATCH_H_
#define PPG_BATCH_H_

#include "ppg_data.h"

/** Fill a stream's request after an interrupt. @return 0, -ENODATA, -ENOMEM or a bus error */
int pulse_ppg_read_batch(const struct device *dev, struct rtio_iodev_sqe *request);

/** What the FIFO holds now; the newest sample counts as taken now. @return as pulse_ppg_read_batch
 */
int pulse_ppg_read_now(const struct device *dev, struct rtio_iodev_sqe *request);

#endif /* PPG_BATCH_H_ */
