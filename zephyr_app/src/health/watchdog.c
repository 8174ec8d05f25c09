/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include <zephyr/device.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/reboot.h>
#include <zephyr/task_wdt/task_wdt.h>

#include "reset_record.h"

LOG_MODULE_REGISTER(watchdog, CONFIG_PULSE_LOG_LEVEL);

static const struct {
	const char *name;
	uint32_t ms;
} limits[PULSE_WATCHDOG_CHANNELS] = {
	/* Four times PULSE_FEED: the sensors' queue, which wakes it, is named first. */
	[PULSE_WATCHDOG_SAMPLING] = {"sampling", 8000},
	/* Late is counted and shed, not hung: beyond the time at which its result is stale, twice.
	 */
	[PULSE_WATCHDOG_INFERENCE] = {"inference", 12000},
	[PULSE_WATCHDOG_WORK_QUEUE] = {"work queue", 6000},
	/* A bus that blocks: two time-outs of 500 ms a try, and retries. */
	[PULSE_WATCHDOG_SENSOR_QUEUE] = {"sensor queue", 6000},
};

static void feed_from_work(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(feeding, feed_from_work);

static pulse_watchdog_expired on_expired;
static bool started;
static int channels[PULSE_WATCHDOG_CHANNELS] = {[0 ... PULSE_WATCHDOG_CHANNELS - 1] = -1};

static void expire(int channel, void *user_data)
{
	enum pulse_watchdog_channel who = POINTER_TO_UINT(user_data);

	ARG_UNUSED(channel);
	pulse_reset_record_hang(limits[who].name);
	if (on_expired != NULL) {
		on_expired(who);
		return;
	}
	sys_reboot(SYS_REBOOT_COLD);
}

static void feed_from_work(struct k_work *work)
{
	ARG_UNUSED(work);
	pulse_watchdog_feed(PULSE_WATCHDOG_WORK_QUEUE);
	(void)k_work_reschedule(&feeding, PULSE_FEED);
}

int pulse_watchdog_start(pulse_watchdog_expired expired)
{
	const struct device *hardware = NULL;

#ifdef CONFIG_TASK_WDT_HW_FALLBACK
	hardware = DEVICE_DT_GET(DT_ALIAS(watchdog0));
#endif
	on_expired = expired;

	int ret = task_wdt_init(hardware);

	if (ret == 0) {
		started = true;
		(void)k_work_reschedule(&feeding, K_NO_WAIT);
	}
	return ret;
}

void pulse_watchdog_feed(enum pulse_watchdog_channel who)
{
	if (!started) {
		return;
	}
	if (channels[who] >= 0) {
		(void)task_wdt_feed(channels[who]);
		return;
	}
	channels[who] = task_wdt_add(limits[who].ms, expire, UINT_TO_POINTER(who));
	if (channels[who] < 0) {
		LOG_ERR("%s: not watched: %d", limits[who].name, channels[who]);
	}
}

void pulse_watchdog_leave(enum pulse_watchdog_channel who)
{
	if (channels[who] >= 0) {
		(void)task_wdt_delete(channels[who]);
		channels[who] = -1;
	}
}

const char *pulse_watchdog_channel_name(enum pulse_watchdog_channel who)
{
	return limits[who].name;
}
