/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include <zephyr/device.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/reboot.h>
#include <zephyr/task_wdt/task_wdt.h>

LOG_MODULE_REGISTER(watchdog, CONFIG_PULSE_LOG_LEVEL);

#define MAGIC 0x50554c53 /* RAM holds anything after power-on */

static const struct {
	const char *name;
	uint32_t ms;
} guarded[PULSE_GUARDED] = {
	/* Three times PULSE_FEED. */
	[PULSE_GUARDED_SAMPLING] = {"sampling", 6000},
	/* Late is counted and shed, not hung: beyond the time at which its result is stale, twice.
	 */
	[PULSE_GUARDED_INFERENCE] = {"inference", 12000},
	[PULSE_GUARDED_WORK_QUEUE] = {"work queue", 6000},
};

static __noinit struct {
	uint32_t magic;
	uint32_t bites;
	uint32_t last;
	uint32_t check;
} kept;

static void feed_from_work(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(feeding, feed_from_work);

static pulse_watchdog_bite on_bite;
static int channels[PULSE_GUARDED] = {-1, -1, -1};

static bool is_kept(void)
{
	return kept.magic == MAGIC && kept.last < PULSE_GUARDED &&
	       kept.check == (kept.magic ^ kept.bites ^ ~kept.last);
}

static void bite(int channel, void *user_data)
{
	enum pulse_guarded who = POINTER_TO_UINT(user_data);

	ARG_UNUSED(channel);
	kept.bites = is_kept() ? kept.bites + 1 : 1;
	kept.magic = MAGIC;
	kept.last = who;
	kept.check = kept.magic ^ kept.bites ^ ~kept.last;
	if (on_bite != NULL) {
		on_bite(who);
		return;
	}
	sys_reboot(SYS_REBOOT_COLD);
}

static void feed_from_work(struct k_work *work)
{
	ARG_UNUSED(work);
	pulse_watchdog_feed(PULSE_GUARDED_WORK_QUEUE);
	(void)k_work_reschedule(&feeding, PULSE_FEED);
}

int pulse_watchdog_start(pulse_watchdog_bite bite_action)
{
	const struct device *hardware = NULL;

#ifdef CONFIG_TASK_WDT_HW_FALLBACK
	hardware = DEVICE_DT_GET(DT_ALIAS(watchdog0));
#endif
	on_bite = bite_action;
	if (is_kept()) {
		LOG_WRN("bites since power-on: %u, the last one: %s", kept.bites,
			guarded[kept.last].name);
	}
	int ret = task_wdt_init(hardware);

	for (int who = 0; ret == 0 && who < PULSE_GUARDED; who++) {
		channels[who] = task_wdt_add(guarded[who].ms, bite, UINT_TO_POINTER(who));
		ret = MIN(channels[who], 0);
	}
	if (ret == 0) {
		(void)k_work_reschedule(&feeding, K_NO_WAIT);
	}
	return ret;
}

void pulse_watchdog_feed(enum pulse_guarded who)
{
	if (channels[who] >= 0) {
		(void)task_wdt_feed(channels[who]);
	}
}

void pulse_watchdog_record(struct pulse_watchdog_record *out)
{
	*out = (struct pulse_watchdog_record){0};
	if (is_kept()) {
		out->bites = kept.bites;
		out->last = kept.last;
	}
}

const char *pulse_guarded_name(enum pulse_guarded who)
{
	return guarded[who].name;
}
