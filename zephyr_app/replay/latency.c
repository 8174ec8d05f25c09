/* SPDX-License-Identifier: Apache-2.0 */
#include "latency.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>

#include "estimation/publish.h"

static const struct gpio_dt_spec pin = GPIO_DT_SPEC_GET(DT_ALIAS(pulse_ppg), int_gpios);
static struct gpio_callback callback;
static int64_t interrupt_us;
static uint32_t worst_us;

static int64_t now_us(void)
{
	return k_ticks_to_us_floor64(k_uptime_ticks());
}

static void on_interrupt(const struct device *port, struct gpio_callback *cb, gpio_port_pins_t pins)
{
	ARG_UNUSED(port);
	ARG_UNUSED(cb);
	ARG_UNUSED(pins);
	interrupt_us = now_us();
}

static void on_result(const struct zbus_channel *channel)
{
	const struct pulse_result *result = zbus_chan_const_msg(channel);

	if (result->state != PULSE_STALE) {
		worst_us = MAX(worst_us, (uint32_t)(now_us() - interrupt_us));
	}
}

ZBUS_LISTENER_DEFINE(pulse_latency, on_result);
ZBUS_CHAN_ADD_OBS(pulse_result_channel, pulse_latency, 9);

int pulse_latency_start(void)
{
	gpio_init_callback(&callback, on_interrupt, BIT(pin.pin));
	return gpio_add_callback(pin.port, &callback);
}

uint32_t pulse_latency_worst_us(void)
{
	return worst_us;
}
