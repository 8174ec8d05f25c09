/* SPDX-License-Identifier: Apache-2.0 */
/* pulse status: the latest result, and how the machinery behind it does. */
#include <zephyr/shell/shell.h>

#include <drivers/sensor/ppg.h>
#include <pulse/result.h>

#include "estimation/infer.h"
#include "estimation/publish.h"
#include "health/reset_record.h"
#include "sensing/acquire.h"
#include "sensing/clock.h"
#include "sensing/led.h"
#include "sensing/supervisor.h"
#include "settings/config.h"

static int64_t uptime_us(void)
{
	return k_ticks_to_us_floor64(k_uptime_ticks());
}

static int show_result(const struct shell *shell, uint32_t hops)
{
	struct pulse_result result;
	int ret = zbus_chan_read(&pulse_result_channel, &result, K_MSEC(100));

	if (ret != 0) {
		shell_error(shell, "result: %d", ret);
		return ret;
	}
	uint32_t tenths = (result.bpm_q8 * 10 + 128) >> 8;
	int64_t age_us = pulse_clock_from_uptime_us(uptime_us()) - result.time_us;

	shell_print(shell, "state %s, %u.%u BPM, confidence %u %%", pulse_state_name(result.state),
		    tenths / 10, tenths % 10, result.confidence_q15 * 100U >> 15);
	if (hops == 0) {
		shell_print(shell, "hop none yet");
	} else {
		shell_print(shell, "hop %u, %d ms old", result.hop, (int)(age_us / USEC_PER_MSEC));
	}
	return 0;
}

static void show_sensor(const struct shell *shell, enum pulse_sensor sensor)
{
	struct pulse_sensor_status status;

	pulse_supervisor_status(sensor, &status);
	shell_print(shell, "sensor %s: %s, starts %u, returns %u, last error %d",
		    pulse_sensor_name(sensor), pulse_sensor_state_name(status.state), status.starts,
		    status.returns, status.error);
}

static void show_stack(const struct shell *shell, const char *name, size_t size, size_t left)
{
	shell_print(shell, "stack %s: %u of %u B", name, (unsigned int)(size - left),
		    (unsigned int)size);
}

static void show_reset_record(const struct shell *shell)
{
	struct pulse_reset_record record;

	pulse_reset_record(&record);
	if (IS_ENABLED(CONFIG_PULSE_WATCHDOG)) {
		shell_print(shell, "watchdog: resets %u, last %s", record.hangs,
			    record.hangs > 0 ? record.hung : "none");
	} else {
		shell_print(shell, "watchdog: none in this image");
	}
	if (IS_ENABLED(CONFIG_HWINFO)) {
		shell_print(shell, "reset cause 0x%x", pulse_reset_cause());
	}
	shell_print(shell, "crashes %u, last %s", record.crashes,
		    record.crashes > 0 ? record.crashed : "none");
}

static int status(const struct shell *shell, size_t count, char **record)
{
	struct pulse_schedule schedule;
	size_t work_left = 0;
	size_t sensors_left = 0;

	ARG_UNUSED(count);
	ARG_UNUSED(record);
	pulse_infer_schedule(&schedule);

	int ret = show_result(shell, schedule.hops);

	for (int sensor = 0; sensor < PULSE_SENSORS; sensor++) {
		show_sensor(shell, sensor);
	}
	shell_print(shell, "schedule: hops %u, shed %u, misses %u, worst response %u us",
		    schedule.hops, schedule.shed, schedule.misses, schedule.worst_response_us);
	(void)k_thread_stack_space_get(&k_sys_work_q.thread, &work_left);
	(void)k_thread_stack_space_get(&pulse_ppg_queue()->thread, &sensors_left);
	show_stack(shell, "sampling", CONFIG_PULSE_SAMPLING_STACK_SIZE, pulse_acquire_stack_left());
	show_stack(shell, "inference", CONFIG_PULSE_INFERENCE_STACK_SIZE, pulse_infer_stack_left());
	show_stack(shell, "work queue", CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE, work_left);
	show_stack(shell, "sensor queue", CONFIG_PULSE_PPG_STACK_SIZE, sensors_left);
	show_reset_record(shell);
	shell_print(shell, "policy %s, LED at %u of %d uA",
		    pulse_config_get(PULSE_CONFIG_POLICY) != 0 ? "on" : "off", pulse_led_ua(),
		    pulse_config_get(PULSE_CONFIG_LED_UA));
	return ret;
}

SHELL_SUBCMD_ADD((pulse), status, NULL, "Result, sensors, schedule, stacks", status, 1, 0);
