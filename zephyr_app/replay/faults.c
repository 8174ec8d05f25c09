/* SPDX-License-Identifier: Apache-2.0 */
#include "faults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#include "emulated_accelerometer.h"
#include "host.h"
#include "sensing/absence.h"
#include "sensing/gain.h"
#include "settings/config.h"

#define FAULTS 32

struct fault {
	int64_t t_us;
	void (*bring)(long value);
	long value;
};

static const struct emul *const ppg = EMUL_DT_GET(DT_ALIAS(pulse_ppg));
static struct fault faults[FAULTS];
static size_t count;
static size_t next;
static long period_ns;
static long hold_ms;
static long light_percent = 100;
static struct {
	long value;
	bool asked;
} wanted[PULSE_CONFIG_KEYS];

static void nack(long times)
{
	pulse_ppg_emul_nack(ppg, 0, (int)times);
}

static void mute(long interrupts)
{
	pulse_ppg_emul_mute(ppg, (int)interrupts);
}

static void stick(long unused)
{
	ARG_UNUSED(unused);
	pulse_ppg_emul_stick(ppg);
}

static void lose_power(long unused)
{
	ARG_UNUSED(unused);
	pulse_ppg_emul_power_cycle(ppg);
}

static void vanish(long gone)
{
	pulse_ppg_emul_vanish(ppg, gone != 0);
}

static void acc_vanish(long gone)
{
	pulse_emulated_accelerometer_vanish(gone != 0);
}

static void acc_lose_power(long unused)
{
	ARG_UNUSED(unused);
	pulse_emulated_accelerometer_power_cycle();
}

#if DT_NODE_EXISTS(DT_ALIAS(pulse_button))
static const struct gpio_dt_spec button = GPIO_DT_SPEC_GET(DT_ALIAS(pulse_button), gpios);

static void let_go(struct k_work *work)
{
	ARG_UNUSED(work);
	(void)gpio_emul_input_set(button.port, button.pin, 0);
}

static void press(long ms)
{
	static K_WORK_DELAYABLE_DEFINE(letting_go, let_go);

	(void)gpio_emul_input_set(button.port, button.pin, 1);
	(void)k_work_schedule(&letting_go, K_MSEC(ms));
}
#else
static void press(long ms)
{
	ARG_UNUSED(ms);
	printk("ERROR press: expected the alias pulse-button, found none\n");
}
#endif

static void sleep_there(struct k_work *work)
{
	ARG_UNUSED(work);
	k_msleep(hold_ms);
}

static void hold(long ms)
{
	static K_WORK_DEFINE(busy, sleep_there);

	hold_ms = ms;
	k_work_submit(&busy);
}

static void hold_sensors(long ms)
{
	static K_WORK_DEFINE(busy, sleep_there);

	hold_ms = ms;
	(void)k_work_submit_to_queue(pulse_ppg_queue(), &busy);
}

static void store_settings(struct k_work *work)
{
	ARG_UNUSED(work);
	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		if (wanted[key].asked) {
			wanted[key].asked = false;
			if (pulse_config_set(key, (int32_t)wanted[key].value) != 0) {
				printk("ERROR %s %ld: not stored\n", pulse_config_entry(key)->name,
				       wanted[key].value);
			}
		}
	}
}

static void store(enum pulse_config_key key, long value)
{
	static K_WORK_DEFINE(write, store_settings);

	wanted[key].value = value;
	wanted[key].asked = true;
	k_work_submit(&write);
}

static void save(long ua)
{
	store(PULSE_CONFIG_LED_UA, ua);
}

static void turn_policy(long on)
{
	store(PULSE_CONFIG_POLICY, on);
}

static void set_period(long ns)
{
	period_ns = ns;
}

static void set_light(long percent)
{
	light_percent = percent;
}

static void adjust_gain(long on)
{
	pulse_gain_enable(on != 0);
}

static void sense_proximity(long on)
{
	pulse_absence_enable(on != 0);
}

static const struct {
	const char *name;
	void (*bring)(long value);
} kinds[] = {
	{"nack ", nack},
	{"mute ", mute},
	{"stick ", stick},
	{"reset ", lose_power},
	{"press ", press},
	{"vanish ", vanish},
	{"acc_vanish ", acc_vanish},
	{"acc_reset ", acc_lose_power},
	{"hold_sensors ", hold_sensors},
	{"hold ", hold},
	{"period ", set_period},
	{"save ", save},
	{"policy ", turn_policy},
	{"light ", set_light},
	{"gain ", adjust_gain},
	{"proximity ", sense_proximity},
};

/* @return where the next line starts; NULL if this one is wrong */
static const char *parse(const char *line)
{
	struct fault *fault = &faults[count];
	char *rest;

	if (count == FAULTS) {
		return NULL;
	}
	fault->t_us = strtoll(line, &rest, 10);
	fault->bring = NULL;
	for (size_t i = 0; *rest == ' ' && i < ARRAY_SIZE(kinds); i++) {
		size_t length = strlen(kinds[i].name);

		if (strncmp(rest + 1, kinds[i].name, length) == 0) {
			fault->bring = kinds[i].bring;
			fault->value = strtol(rest + 1 + length, &rest, 10);
			break;
		}
	}
	if (fault->bring == NULL || *rest != '\n') {
		return NULL;
	}
	count++;
	return rest + 1;
}

int pulse_faults_open(const char *recording)
{
	static char text[FAULTS * 40];
	char path[256];
	int handle;

	count = 0;
	next = 0;
	period_ns = 0;
	light_percent = 100;
	if (snprintk(path, sizeof(path), "%s.faults", recording) >= (int)sizeof(path)) {
		return 0;
	}
	handle = pulse_host_open(path);
	if (handle < 0) {
		return 0;
	}
	text[pulse_host_read(&handle, text, sizeof(text) - 1)] = '\0';
	pulse_host_close(handle);
	for (const char *line = text; *line != '\0';) {
		const char *after = parse(line);

		if (after == NULL) {
			printk("ERROR %s: expected \"<us> <kind> <value>\", at most %d lines, "
			       "found %s\n",
			       path, FAULTS, line);
			return -EINVAL;
		}
		line = after;
	}
	/* What the driver believes holds from the start. */
	while (next < count && faults[next].bring == set_period) {
		set_period(faults[next++].value);
	}
	return 0;
}

void pulse_faults_until(int64_t t_us)
{
	for (; next < count && faults[next].t_us <= t_us; next++) {
		faults[next].bring(faults[next].value);
	}
}

uint32_t pulse_faults_light(uint32_t counts)
{
	return (uint32_t)((uint64_t)counts * light_percent / 100);
}

uint32_t pulse_faults_period_ns(uint32_t measured)
{
	return period_ns != 0 ? (uint32_t)period_ns : measured;
}
