/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt that sees a change leaves its line to the thread that prints the hops. */
#include "led_trace.h"

#include <zephyr/drivers/emul.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#include "estimation/publish.h"

#define PPG_NODE DT_ALIAS(pulse_ppg)

struct change {
	int64_t t_us;
	uint32_t ua;
};

K_MSGQ_DEFINE(pulse_led_changes, sizeof(struct change), 8, 8);

static const struct emul *const chip = EMUL_DT_GET(PPG_NODE);
static uint32_t lit;

void pulse_led_trace_start(void)
{
	lit = pulse_ppg_emul_led_ua(chip, 0);
}

void pulse_led_trace_sample(int64_t t_us)
{
	uint32_t now = pulse_ppg_emul_led_ua(chip, 0);
	struct change change = {.t_us = t_us, .ua = now};

	/* 0: the chip was reset, and takes none. */
	if (now != 0 && now != lit && k_msgq_put(&pulse_led_changes, &change, K_NO_WAIT) == 0) {
		lit = now;
	}
}

static void on_result(const struct zbus_channel *channel)
{
	struct change change;

	ARG_UNUSED(channel);
	while (k_msgq_get(&pulse_led_changes, &change, K_NO_WAIT) == 0) {
		printk("LED t_us=%lld ua=%u\n", change.t_us, change.ua);
	}
}

ZBUS_LISTENER_DEFINE(pulse_led_trace, on_result);
ZBUS_CHAN_ADD_OBS(pulse_result_channel, pulse_led_trace, 5);
