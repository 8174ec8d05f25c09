/* SPDX-License-Identifier: Apache-2.0 */
/* The sensors' work queue: what may wait for their bus runs here, and not beside Bluetooth. */
#ifndef PULSE_QUEUE_H_
#define PULSE_QUEUE_H_

#include <zephyr/kernel.h>

#include <drivers/sensor/ppg.h>

/** The queue on which the PPG's driver reads its chip. */
static inline struct k_work_q *pulse_sensor_queue(void)
{
	return pulse_ppg_queue();
}

#endif /* PULSE_QUEUE_H_ */
