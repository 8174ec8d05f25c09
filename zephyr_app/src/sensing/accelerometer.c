/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zephyr's drivers say when data is ready, but from a thread: too late for a time. So the pin is
 * listened to here as well, and the interrupt's time goes with the sample that is read after it. A
 * driver without that trigger is polled.
 */
#include "accelerometer.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/irq.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/pm/device_runtime.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/reboot.h>

#include <pulse/hop.h>

#include "accelerometer_poll.h"
#include "bmi160.h"
#include "bring_up.h"
#include "gravity.h"
#include "settings/board.h"

LOG_MODULE_REGISTER(accelerometer, CONFIG_PULSE_LOG_LEVEL);

/* The range of 4096 counts to the g in 16 bits. */
#define RANGE_G 8

#define IS_BMI160                                                                                  \
	(DT_NODE_HAS_COMPAT(PULSE_ACC_NODE, bosch_bmi160) && DT_ON_BUS(PULSE_ACC_NODE, i2c))

static const struct device *const sensor = DEVICE_DT_GET(PULSE_ACC_NODE);
static const struct gpio_dt_spec pin = PULSE_ACC_PIN;
static const struct sensor_trigger data_ready = {
	.type = SENSOR_TRIG_DATA_READY,
	.chan = SENSOR_CHAN_ACCEL_XYZ,
};
static struct gpio_callback callback;

K_MSGQ_DEFINE(pulse_acc_queue, sizeof(struct pulse_acc_sample), CONFIG_PULSE_ACC_QUEUE, 8);

static int64_t edge_ticks;           /* of the latest interrupt */
static uint32_t edges;               /* so far */
static uint32_t taken;               /* edges whose sample was queued */
static struct pulse_gravity gravity; /* the thread's that takes samples */
static atomic_t paused;

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
	for (int i = 0; i < 3; i++) {
		sample.xyz[i] = pulse_acc_counts(&values[i]);
	}
	if (atomic_get(&paused) || k_msgq_put(&pulse_acc_queue, &sample, K_NO_WAIT) == 0) {
		taken++;
	}
}

/* The driver's own set-up, once. */
static int set_up(void)
{
	int ret = IS_BMI160 ? pulse_bmi160_probe() : 0;

	if (ret == 0) {
		ret = pulse_bring_up(sensor);
		if (IS_BMI160 && ret == -EINVAL && IS_ENABLED(CONFIG_BMI160_TRIGGER_OWN_THREAD)) {
			/* Its driver has made its thread, and would make it once more. */
			sys_reboot(SYS_REBOOT_COLD);
		}
	}
	if (ret == 0 && pin.port != NULL) {
		gpio_init_callback(&callback, on_edge, BIT(pin.pin));
		ret = gpio_add_callback(pin.port, &callback);
	}
	return ret == 0 ? pm_device_runtime_get(sensor) : ret;
}

/* CONFIG_PULSE_ACC_RATE_HZ, or what chips of ST have for it: 26, 52, 104 and 208 Hz. */
static int set_rate(void)
{
	struct sensor_value rate = {.val1 = CONFIG_PULSE_ACC_RATE_HZ};
	int ret = sensor_attr_set(sensor, SENSOR_CHAN_ACCEL_XYZ, SENSOR_ATTR_SAMPLING_FREQUENCY,
				  &rate);

	if (ret == -EINVAL) {
		rate.val1 = CONFIG_PULSE_ACC_RATE_HZ * 26 / 25;
		ret = sensor_attr_set(sensor, SENSOR_CHAN_ACCEL_XYZ, SENSOR_ATTR_SAMPLING_FREQUENCY,
				      &rate);
	}
	return ret;
}

/* Range and rate; a driver that cannot set one at run time has it from devicetree or Kconfig. */
static int adjust(void)
{
	struct sensor_value range;

	sensor_g_to_ms2(RANGE_G, &range);

	int ret = sensor_attr_set(sensor, SENSOR_CHAN_ACCEL_XYZ, SENSOR_ATTR_FULL_SCALE, &range);

	if (ret == 0 || ret == -ENOTSUP) {
		int rate = set_rate();

		ret = ret == 0 ? rate : ret;
	}
	if (ret == -ENOTSUP || ret == -ENOSYS) {
		LOG_WRN("%s: range or rate: set by the driver, not here", sensor->name);
		ret = 0;
	}
	return ret;
}

static void take_polled(const struct pulse_acc_sample *sample)
{
	if (!atomic_get(&paused)) {
		(void)k_msgq_put(&pulse_acc_queue, sample, K_NO_WAIT);
	}
}

/*
 * anew: the sensor fell silent. A driver other than the BMI160's does not set up its interrupt
 * again, so it is polled from then on.
 */
static int attend(bool anew)
{
	int ret = anew && !IS_BMI160 ? -ENOTSUP : sensor_trigger_set(sensor, &data_ready, on_data);

	if (ret == -ENOTSUP || ret == -ENOSYS) {
		LOG_WRN("%s: polled at %d Hz: %s", sensor->name, CONFIG_PULSE_ACC_RATE_HZ,
			anew ? "its interrupt was silent" : "its driver has no data-ready trigger");
		if (anew) {
			(void)sensor_trigger_set(sensor, &data_ready, NULL);
		}
		pulse_accelerometer_poll(take_polled);
		ret = 0;
	}
	return ret;
}

int pulse_accelerometer_start(void)
{
	static bool is_set_up;
	bool anew = is_set_up;
	int ret = is_set_up ? 0 : set_up();

	is_set_up = ret == 0;
	if (ret == 0) {
		ret = IS_BMI160 ? pulse_bmi160_configure(anew) : adjust();
	}
	return ret == 0 ? attend(anew) : ret;
}

bool pulse_accelerometer_take(struct pulse_acc_sample *sample)
{
	bool taken_one = k_msgq_get(&pulse_acc_queue, sample, K_NO_WAIT) == 0;

	if (taken_one) {
		pulse_gravity_sample(&gravity, sample->xyz);
	}
	return taken_one;
}

void pulse_accelerometer_pause(bool on)
{
	(void)atomic_set(&paused, on);
}

uint32_t pulse_accelerometer_wrong_scale(void)
{
	return gravity.wrong;
}

uint32_t pulse_accelerometer_lost(void)
{
	return edges - taken + pulse_accelerometer_poll_lost();
}
