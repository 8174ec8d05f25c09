/* SPDX-License-Identifier: Apache-2.0 */
#include "reset_record.h"

#include <string.h>
#include <zephyr/drivers/hwinfo.h>
#include <zephyr/fatal.h>
#include <zephyr/irq.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/sys/crc.h>
#include <zephyr/sys/reboot.h>

LOG_MODULE_REGISTER(reset_record, CONFIG_PULSE_LOG_LEVEL);

#define MAGIC 0x50554c53 /* RAM holds anything after power-on */

static __noinit struct {
	uint32_t magic;
	struct pulse_reset_record record;
	uint32_t check;
} kept;

static uint32_t reset_cause;

static uint32_t check(void)
{
	return crc32_ieee((const uint8_t *)&kept.record, sizeof(kept.record));
}

static void keep(char name[PULSE_RESET_RECORD_NAME], const char *from)
{
	memset(name, 0, PULSE_RESET_RECORD_NAME);
	strncpy(name, from, PULSE_RESET_RECORD_NAME - 1);
}

static void open_record(void)
{
	if (kept.magic != MAGIC || kept.check != check()) {
		memset(&kept, 0, sizeof(kept));
	}
}

static void seal_record(void)
{
	kept.magic = MAGIC;
	kept.check = check();
}

void pulse_reset_record(struct pulse_reset_record *out)
{
	open_record();
	*out = kept.record;
}

void pulse_reset_record_healthy(void)
{
	unsigned int key = irq_lock();

	open_record();
	kept.record.streak = 0;
	seal_record();
	irq_unlock(key);
}

uint32_t pulse_reset_record_brake_s(void)
{
	open_record();
	if (kept.record.streak < PULSE_CRASH_LOOP) {
		return 0;
	}
	return 10U << MIN(kept.record.streak - PULSE_CRASH_LOOP, 6U);
}

uint32_t pulse_reset_cause(void)
{
	return reset_cause;
}

void pulse_reset_record_hang(const char *who)
{
	open_record();
	kept.record.hangs++;
	kept.record.streak++;
	keep(kept.record.hung, who);
	seal_record();
}

static void note_crash(unsigned int reason)
{
	const char *name = k_thread_name_get(k_current_get());

	open_record();
	kept.record.crashes++;
	kept.record.streak++;
	kept.record.reason = reason;
	keep(kept.record.crashed, name != NULL && name[0] != '\0' ? name : "?");
	seal_record();
}

__weak void pulse_crash_end(unsigned int reason)
{
#ifdef CONFIG_PULSE_CRASH_RESETS
	sys_reboot(SYS_REBOOT_COLD);
#endif
	k_fatal_halt(reason);
}

/* Instead of the kernel's, which halts with interrupts locked and leaves no trace. */
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf)
{
	ARG_UNUSED(esf);
	LOG_PANIC();
	note_crash(reason);
	pulse_crash_end(reason);
}

void pulse_reset_record_report(void)
{
	struct pulse_reset_record record;

	pulse_reset_record(&record);
	if (record.hangs > 0) {
		LOG_WRN("watchdog resets since power-on: %u, the last one: %s", record.hangs,
			record.hung);
	}
	if (record.crashes > 0) {
		LOG_WRN("crashes since power-on: %u, the last one: reason %u in '%s'",
			record.crashes, record.reason, record.crashed);
	}
#ifdef CONFIG_HWINFO
	/* Chips add cause to cause until they are cleared. */
	if (hwinfo_get_reset_cause(&reset_cause) == 0) {
		(void)hwinfo_clear_reset_cause();
	}
#endif
}
