/* SPDX-License-Identifier: Apache-2.0 */
#include "wrist.h"

#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#include "estimation/publish.h"
#include "replay/emulated_accelerometer.h"

#define PPG_NODE DT_ALIAS(pulse_ppg)

static void tick(struct k_timer *timer);

static K_TIMER_DEFINE(ticker, tick, NULL);
static K_SEM_DEFINE(ended, 0, 1);
static int64_t due_us;
static uint32_t ticks_left;
static uint32_t light = 100000;
static bool paused;
static uint32_t ppg_samples;
static uint32_t acc_samples;

static void tick(struct k_timer *timer)
{
	const int16_t xyz[3] = {0, 0, 4096};

	pulse_ppg_emul_push(EMUL_DT_GET(PPG_NODE), &light);
	if (ppg_samples++ % (WRIST_ACC_US / WRIST_PPG_US) == 0) {
		pulse_emulated_accelerometer_push(xyz);
		acc_samples++;
	}
	if (--ticks_left == 0) {
		pulse_ppg_emul_flush(EMUL_DT_GET(PPG_NODE));
		k_sem_give(&ended);
		return;
	}
	due_us += WRIST_PPG_US;
	k_timer_start(timer, K_TIMEOUT_ABS_US(due_us), K_NO_WAIT);
}

void wrist_init(void)
{
	struct sensor_value period = {.val1 = WRIST_PPG_US * 1000};

	zassert_ok(sensor_attr_set(DEVICE_DT_GET(PPG_NODE), SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PERIOD,
				   &period));
}

void wrist_run(int seconds)
{
	due_us = k_ticks_to_us_floor64(k_uptime_ticks()) + 1000;
	ticks_left = seconds * (USEC_PER_SEC / WRIST_PPG_US);
	k_timer_start(&ticker, K_TIMEOUT_ABS_US(due_us), K_NO_WAIT);
	k_sem_take(&ended, K_FOREVER);
}

void wrist_light(uint32_t counts)
{
	light = counts;
}

/* In place of estimation/publish.c. */
void pulse_publish_pause(bool on)
{
	paused = on;
}

bool wrist_publish_paused(void)
{
	return paused;
}

uint32_t wrist_ppg_samples(void)
{
	return ppg_samples;
}

uint32_t wrist_acc_samples(void)
{
	return acc_samples;
}
