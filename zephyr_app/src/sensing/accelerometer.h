/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accelerometer (alias pulse-accel): any driver with a data-ready trigger. Samples wait in a
 * queue until the sampling thread takes them.
 */
#ifndef PULSE_ACCELEROMETER_H_
#define PULSE_ACCELEROMETER_H_

#include <stdbool.h>
#include <stdint.h>
#include <zephyr/drivers/sensor.h>

struct pulse_acc_sample {
	int64_t uptime_us;
	int16_t xyz[3]; /* PULSE_ACC_LSB_PER_G */
};

/** Counts of a reading in m/s^2, saturated; exact for a driver at +-8 g in 16 bits. */
int16_t pulse_acc_counts(const struct sensor_value *value);

/**
 * Set the sensor up and start sampling; again, it resets a sensor that fell silent. In the sensors'
 * work queue; may block. @return 0 or negative errno
 */
int pulse_accelerometer_start(void);

/** The oldest waiting sample. @return false if none waits */
bool pulse_accelerometer_take(struct pulse_acc_sample *sample);

/** Samples are not wanted, or wanted again: they are read and neither queued nor lost. Any thread.
 */
void pulse_accelerometer_pause(bool on);

/** Samples lost so far: not read before the next one came, refused by the bus, or by a full queue.
 */
uint32_t pulse_accelerometer_lost(void);

/**
 * Times that the sensor, at rest, did not show gravity as 1 g +-20 %: its range is another than was
 * set. Any thread.
 */
uint32_t pulse_accelerometer_wrong_scale(void);

#endif /* PULSE_ACCELEROMETER_H_ */
