/* SPDX-License-Identifier: Apache-2.0 */
#include "accelerometer_poll.h"

#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/rtio/rtio.h>
#include <zephyr/sys/atomic.h>

#include "bma4xx.h"
#include "queue.h"
#include "settings/board.h"

#define PERIOD       K_USEC(USEC_PER_SEC / CONFIG_PULSE_ACC_RATE_HZ)
#define BUFFER_BYTES 96 /* of one reading, whatever the driver's encoding */
#define MICRO        1000000

#define IS_BMA4XX                                                                                  \
	(DT_NODE_HAS_COMPAT(PULSE_ACC_NODE, bosch_bma4xx) && DT_ON_BUS(PULSE_ACC_NODE, i2c))

SENSOR_DT_READ_IODEV(acc_iodev, PULSE_ACC_NODE, {SENSOR_CHAN_ACCEL_XYZ, 0});
RTIO_DEFINE(acc_rtio, 1, 1);

static const struct device *const sensor = DEVICE_DT_GET(PULSE_ACC_NODE);
static void (*take_sample)(const struct pulse_acc_sample *sample);
static atomic_t lost;

/* sensor_read() of Zephyr 3.7 asserts the opposite of what it means. */
static int read_once(uint8_t *buffer, size_t length)
{
	struct rtio_sqe *request = rtio_sqe_acquire(&acc_rtio);

	if (request == NULL) {
		return -ENOMEM;
	}
	rtio_sqe_prep_read(request, &acc_iodev, RTIO_PRIO_NORM, buffer, length, NULL);
	(void)rtio_submit(&acc_rtio, 0);

	struct rtio_cqe *done = rtio_cqe_consume_block(&acc_rtio);
	int ret = done->result;

	rtio_cqe_release(&acc_rtio, done);
	return ret;
}

/* m/s^2 as q31 with a shift. */
static int16_t counts(q31_t value, int8_t shift)
{
	struct sensor_value si;

	(void)sensor_value_from_micro(&si, ((int64_t)value * MICRO) >> (31 - shift));
	return pulse_acc_counts(&si);
}

static int decode(const uint8_t *buffer, struct pulse_acc_sample *sample)
{
	const struct sensor_chan_spec channel = {SENSOR_CHAN_ACCEL_XYZ, 0};
	const struct sensor_decoder_api *decoder;
	struct sensor_three_axis_data data;
	uint32_t fit = 0;
	int ret = sensor_get_decoder(sensor, &decoder);

	if (ret == 0 && decoder->decode(buffer, channel, &fit, 1, &data) != 1) {
		ret = -ENODATA;
	}
	for (int axis = 0; ret == 0 && axis < 3; axis++) {
		sample->xyz[axis] = counts(data.readings[0].values[axis], data.shift);
	}
	return ret;
}

static int take_one(struct pulse_acc_sample *sample)
{
	static uint8_t buffer[BUFFER_BYTES] __aligned(8); /* the polling work's alone */

	if (IS_BMA4XX) {
		return pulse_bma4xx_read(sample->xyz);
	}

	int ret = read_once(buffer, sizeof(buffer));

	return ret == 0 ? decode(buffer, sample) : ret;
}

static void poll(struct k_work *work)
{
	struct pulse_acc_sample sample = {
		.uptime_us = k_ticks_to_us_floor64(k_uptime_ticks()),
	};

	ARG_UNUSED(work);
	if (take_one(&sample) == 0) {
		take_sample(&sample);
	} else {
		(void)atomic_inc(&lost);
	}
}

static K_WORK_DEFINE(polling, poll);

static void on_time(struct k_timer *timer)
{
	ARG_UNUSED(timer);
	if (k_work_submit_to_queue(pulse_sensor_queue(), &polling) == 0) {
		(void)atomic_inc(&lost); /* the one before still waits */
	}
}

static K_TIMER_DEFINE(clock, on_time, NULL);

void pulse_accelerometer_poll(void (*take)(const struct pulse_acc_sample *sample))
{
	if (take_sample == NULL) {
		take_sample = take;
		k_timer_start(&clock, PERIOD, PERIOD);
	}
}

uint32_t pulse_accelerometer_poll_lost(void)
{
	return (uint32_t)atomic_get(&lost);
}
