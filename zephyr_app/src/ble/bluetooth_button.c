/* SPDX-License-Identifier: Apache-2.0 */
/* A button held for CONFIG_PULSE_BUTTON_MS opens pairing: somebody has the device in hand. */
#include <zephyr/drivers/gpio.h>
#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include "bluetooth_pairing.h"

LOG_MODULE_DECLARE(bluetooth, CONFIG_PULSE_LOG_LEVEL);

static const struct gpio_dt_spec button = GPIO_DT_SPEC_GET(DT_ALIAS(pulse_button), gpios);

static void on_held(struct k_work *work)
{
	ARG_UNUSED(work);
	if (gpio_pin_get_dt(&button) > 0) {
		pulse_pairing_open();
	}
}

static K_WORK_DELAYABLE_DEFINE(held, on_held);

/* Each edge starts the time anew: a button that bounces or is let go has not been held. */
static void on_edge(const struct device *port, struct gpio_callback *callback,
		    gpio_port_pins_t pins)
{
	ARG_UNUSED(port);
	ARG_UNUSED(callback);
	ARG_UNUSED(pins);
	(void)k_work_reschedule(&held, K_MSEC(CONFIG_PULSE_BUTTON_MS));
}

static int listen_to_button(void)
{
	static struct gpio_callback callback;
	int ret = gpio_is_ready_dt(&button) ? gpio_pin_configure_dt(&button, GPIO_INPUT) : -ENODEV;

	if (ret == 0) {
		gpio_init_callback(&callback, on_edge, BIT(button.pin));
		ret = gpio_add_callback_dt(&button, &callback);
	}
	if (ret == 0) {
		ret = gpio_pin_interrupt_configure_dt(&button, GPIO_INT_EDGE_BOTH);
	}
	if (ret != 0) {
		LOG_ERR("pulse-button: %d", ret);
	}
	return 0;
}

SYS_INIT(listen_to_button, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);
