/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's drivers say when data is ready, but from a thread: too late for a time. So the pin is
 * listened to here as well, and the interrupt's time goes with the sample that is read after it.
 */
#include "accelerometer.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/irq.h>
#include <zephyr/kernel.h>
#include <zephyr/pm/device_runtime.h>

#include <pulse/hop.h>

#include "health/watchdog.h"
#include "settings/board.h"

static const struct device *const sensor = DEVICE_DT_GET(PULSE_ACC_NODE);
static const struct gpio_dt_spec pin = GPIO_DT_SPEC_GET(PULSE_ACC_NODE, int_gpios);
static struct gpio_callback callback;

K_MSGQ_DEFINE(pulse_acc_queue, sizeof(struct pulse_acc_sample), CONFIG_PULSE_ACC_QUEUE, 8);

static int64_t edge_ticks; /* of the latest interrupt */
static uint32_t edges;     /* so far */
static uint32_t taken;     /* edges whose sample was queued */

static void on_edge(const struct device *port, struct gpio_callback *cb, gpio_port_pins_t pins)
{
	ARG_UNUSED(port);
	ARG_UNUSED(cb);
	ARG_UNUSED(pins);
	edge_ticks = k_uptime_ticks();
	edges++;
}

int16_t pulse_acc_counts(const struct sensor_value *value)
{
	int64_t micro = sensor_value_to_micro(value) * PULSE_ACC_LSB_PER_G;
	int64_t half = micro < 0 ? -SENSOR_G / 2 : SENSOR_G / 2;

	return CLAMP((micro + half) / SENSOR_G, INT16_MIN, INT16_MAX);
}

static void on_data(const struct device *dev, const struct sensor_trigger *trigger)
{
	struct pulse_acc_sample sample;
	struct sensor_value values[3];
	unsigned int key = irq_lock();

	ARG_UNUSED(trigger);
	sample.uptime_us = k_ticks_to_us_floor64(edge_ticks);
	irq_unlock(key);
	if (sensor_sample_fetch(dev) != 0 ||
	    sensor_channel_get(dev, SENSOR_CHAN_ACCEL_XYZ, values) != 0) {
		return;
	}
	if (!IS_ENABLED(CONFIG_PULSE_REPLAY)) { /* a recording may pause, and ends */
		pulse_watchdog_feed(PULSE_GUARDED_ACCELEROMETER);
	}
	for (int i = 0; i < 3; i++) {
		sample.xyz[i] = pulse_acc_counts(&values[i]);
	}
	if (k_msgq_put(&pulse_acc_queue, &sample, K_NO_WAIT) == 0) {
		taken++;
	}
}

int pulse_accelerometer_start(void)
{
	static const struct sensor_trigger data_ready = {
		.type = SENSOR_TRIG_DATA_READY,
		.chan = SENSOR_CHAN_ACCEL_XYZ,
	};

	if (!device_is_ready(sensor)) {
		return -ENODEV;
	}
	gpio_init_callback(&callback, on_edge, BIT(pin.pin));

	int ret = pm_device_runtime_get(sensor);

	if (ret == 0) {
		ret = gpio_add_callback(pin.port, &callback);
	}
	return ret == 0 ? sensor_trigger_set(sensor, &data_ready, on_data) : ret;
}

bool pulse_accelerometer_take(struct pulse_acc_sample *sample)
{
	return k_msgq_get(&pulse_acc_queue, sample, K_NO_WAIT) == 0;
}

uint32_t pulse_accelerometer_lost(void)
{
	return edges - taken;
}
