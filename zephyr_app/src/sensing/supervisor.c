/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor.h"

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include "queue.h"

LOG_MODULE_REGISTER(supervisor, CONFIG_PULSE_LOG_LEVEL);

#define RETRY_FIRST_MS 500
#define RETRY_MAX_MS   (CONFIG_PULSE_SENSOR_RETRY_MAX_S * MSEC_PER_SEC)

struct supervised {
	const char *name;
	pulse_sensor_start start;
	struct k_work_delayable trying;
	struct pulse_sensor_status status;
	int64_t heard_ms; /* uptime of the last sample, or of the start that worked */
	uint32_t next_ms; /* until the next try */
	bool absent;      /* SILENT or MISSING since its last sample */
};

static struct k_spinlock lock; /* all below */
static struct supervised sensors[PULSE_SENSORS] = {
	[PULSE_SENSOR_ACC] = {.name = "accelerometer", .next_ms = RETRY_FIRST_MS},
	[PULSE_SENSOR_PPG] = {.name = "PPG", .next_ms = RETRY_FIRST_MS},
};
static bool ppg_waits;
static int64_t ppg_since_ms; /* uptime at which the PPG's batches began to come without a pause */

/* With the lock. @return ms until the next try, longer each time */
static uint32_t back_off(struct supervised *sensor)
{
	uint32_t now_ms = sensor->next_ms;

	sensor->next_ms = MIN(now_ms * 2, RETRY_MAX_MS);
	return now_ms;
}

static void try_start(struct supervised *sensor)
{
	int ret = sensor->start();
	k_spinlock_key_t key = k_spin_lock(&lock);
	uint32_t wait_ms = 0;

	sensor->status.starts++;
	sensor->status.error = ret;
	if (ret == 0) {
		sensor->status.state = PULSE_SENSOR_STARTING;
		sensor->heard_ms = k_uptime_get();
	} else {
		sensor->status.state = PULSE_SENSOR_MISSING;
		sensor->absent = true;
		wait_ms = back_off(sensor);
	}
	k_spin_unlock(&lock, key);

	if (ret != 0) {
		LOG_WRN("%s: does not answer: %d; next try in %u ms", sensor->name, ret, wait_ms);
		(void)k_work_reschedule_for_queue(pulse_sensor_queue(), &sensor->trying,
						  K_MSEC(wait_ms));
	}
}

static void try_again(struct k_work *work)
{
	struct k_work_delayable *trying = k_work_delayable_from_work(work);

	try_start(CONTAINER_OF(trying, struct supervised, trying));
}

static void try_all(struct k_work *work)
{
	ARG_UNUSED(work);
	for (int i = 0; i < PULSE_SENSORS; i++) {
		try_start(&sensors[i]);
	}
}

void pulse_supervisor_start(const pulse_sensor_start start[PULSE_SENSORS])
{
	static K_WORK_DEFINE(first_try, try_all);
	struct k_work_sync sync;

	for (int i = 0; i < PULSE_SENSORS; i++) {
		sensors[i].start = start[i];
		k_work_init_delayable(&sensors[i].trying, try_again);
	}
	(void)k_work_submit_to_queue(pulse_sensor_queue(), &first_try);
	(void)k_work_flush(&first_try, &sync);
}

/* With the lock. @return whether the accelerometer fell silent while the PPG went on */
static bool fell_silent(struct supervised *acc, int64_t now_ms)
{
	bool silent = !acc->absent || acc->status.state == PULSE_SENSOR_STARTING;

	silent =
		silent && now_ms - MAX(acc->heard_ms, ppg_since_ms) > CONFIG_PULSE_SENSOR_SILENT_MS;
	if (silent) {
		acc->status.state = PULSE_SENSOR_SILENT;
		acc->absent = true;
	}
	return silent;
}

void pulse_supervisor_heard(enum pulse_sensor which)
{
	struct supervised *sensor = &sensors[which];
	struct supervised *acc = &sensors[PULSE_SENSOR_ACC];
	int64_t now_ms = k_uptime_get();
	uint32_t wait_ms = 0;
	k_spinlock_key_t key = k_spin_lock(&lock);
	bool back = sensor->absent;
	bool silent = false;

	if (which == PULSE_SENSOR_PPG) {
		if (now_ms - sensor->heard_ms > CONFIG_PULSE_SENSOR_SILENT_MS) {
			ppg_since_ms = now_ms;
		}
		silent = fell_silent(acc, now_ms);
		wait_ms = silent ? back_off(acc) : 0;
	}
	sensor->status.state = PULSE_SENSOR_RUNNING;
	sensor->status.returns += back;
	sensor->heard_ms = now_ms;
	sensor->absent = false;
	sensor->next_ms = RETRY_FIRST_MS;
	k_spin_unlock(&lock, key);

	if (back) {
		LOG_WRN("%s: delivers again", sensor->name);
	}
	if (silent) {
		LOG_WRN("%s: silent; the PPG goes on alone, next try in %u ms", acc->name, wait_ms);
		(void)k_work_reschedule_for_queue(pulse_sensor_queue(), &acc->trying,
						  K_MSEC(wait_ms));
	}
}

void pulse_supervisor_wait(bool on)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	ppg_waits = on;
	k_spin_unlock(&lock, key);
}

bool pulse_supervisor_ppg_alone(void)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	bool alone = sensors[PULSE_SENSOR_ACC].absent;

	k_spin_unlock(&lock, key);
	return alone;
}

void pulse_supervisor_status(enum pulse_sensor which, struct pulse_sensor_status *out)
{
	struct supervised *sensor = &sensors[which];
	int64_t now_ms = k_uptime_get();
	k_spinlock_key_t key = k_spin_lock(&lock);

	*out = sensor->status;
	if (out->state == PULSE_SENSOR_RUNNING && which == PULSE_SENSOR_PPG && ppg_waits) {
		out->state = PULSE_SENSOR_WAITING;
	} else if (out->state == PULSE_SENSOR_RUNNING &&
		   now_ms - sensor->heard_ms > CONFIG_PULSE_SENSOR_SILENT_MS) {
		out->state = PULSE_SENSOR_SILENT;
	}
	k_spin_unlock(&lock, key);
}

const char *pulse_sensor_state_name(enum pulse_sensor_state state)
{
	static const char *const names[] = {
		[PULSE_SENSOR_STARTING] = "starting", [PULSE_SENSOR_RUNNING] = "running",
		[PULSE_SENSOR_SILENT] = "silent",     [PULSE_SENSOR_MISSING] = "missing",
		[PULSE_SENSOR_WAITING] = "waiting",
	};

	return names[state];
}

const char *pulse_sensor_name(enum pulse_sensor which)
{
	return sensors[which].name;
}
