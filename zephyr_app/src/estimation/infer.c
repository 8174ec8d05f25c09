/* SPDX-License-Identifier: Apache-2.0 */
#include "infer.h"

#include <zephyr/kernel.h>

#include <pulse/estimator.h>

#include "health/watchdog.h"
#include "publish.h"
#include "settings/config.h"
#include "without_motion.h"

#if CONFIG_PULSE_SMOOTH_HOPS
#include "late.h"
#endif

struct job {
	struct pulse_hop hop;
	int64_t released_us;
	bool motion_known;
	bool flush; /* no hop: late results that wait go out */
};

K_MSGQ_DEFINE(pulse_hop_queue, sizeof(struct job), CONFIG_PULSE_HOP_QUEUE, 8);
#if CONFIG_PULSE_SMOOTH_HOPS
static K_SEM_DEFINE(flushed, 0, 1);
#endif
static K_THREAD_STACK_DEFINE(stack, CONFIG_PULSE_INFERENCE_STACK_SIZE);

static struct k_thread thread;
static struct k_spinlock lock; /* record and rest */
static struct pulse_schedule record;
static struct pulse_rest rest = {.end_us = INT64_MIN};
static struct pulse_estimator estimator;
static atomic_t
	pending; /* hops queued or being judged: the deadline in force is the oldest one's */

static int64_t now_us(void)
{
	return k_ticks_to_us_floor64(k_uptime_ticks());
}

/* A hop is due a hop's time after its release; what has passed of it is gone. */
static void set_deadline(int64_t released_us)
{
	int64_t left_us = MAX(released_us + PULSE_HOP_US - now_us(), 0);

	k_thread_deadline_set(&thread, (int)k_us_to_cyc_floor32((uint32_t)left_us));
}

void pulse_infer_submit(const struct pulse_hop *hop, bool motion_known)
{
	static struct job job; /* the sampling thread's alone */

	job.hop = *hop;
	job.released_us = now_us();
	job.motion_known = motion_known;
	job.flush = false;
	if (atomic_inc(&pending) == 0) {
		/* Before it is ready: the scheduler compares deadlines as it becomes so. */
		set_deadline(job.released_us);
	}
	if (k_msgq_put(&pulse_hop_queue, &job, K_NO_WAIT) != 0) {
		k_spinlock_key_t key = k_spin_lock(&lock);

		record.shed++;
		k_spin_unlock(&lock, key);
		(void)atomic_dec(&pending);
	}
}

static void note(int64_t released_us, int64_t started_us, int64_t completed_us, bool ran)
{
	uint32_t response_us = (uint32_t)(completed_us - released_us);
	k_spinlock_key_t key = k_spin_lock(&lock);

	record.released_us = released_us;
	record.started_us = started_us;
	record.completed_us = completed_us;
	record.worst_response_us = MAX(record.worst_response_us, response_us);
	record.hops++;
	record.inferences += ran;
	record.misses += response_us > PULSE_HOP_US;
	k_spin_unlock(&lock, key);
}

static void judge(int64_t end_us)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	rest.end_us = end_us;
	rest.led_shift = pulse_policy_row(&estimator.policy)->led_shift;
	k_spin_unlock(&lock, key);
}

/* Not urgent, and so after the hop's own result. */
static void look_back(int runs, const struct pulse_result *result, bool motion_known)
{
#if CONFIG_PULSE_SMOOTH_HOPS
	pulse_late_hop(&estimator, runs, result, motion_known);
#else
	ARG_UNUSED(runs);
	ARG_UNUSED(result);
	ARG_UNUSED(motion_known);
#endif
}

static void flush(void)
{
#if CONFIG_PULSE_SMOOTH_HOPS
	pulse_late_flush();
	k_sem_give(&flushed);
#endif
}

static void infer(void *p1, void *p2, void *p3)
{
	static struct job job; /* 0.7 kB off the stack */
	struct pulse_result result;

	ARG_UNUSED(p1);
	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	for (;;) {
		pulse_watchdog_feed(PULSE_WATCHDOG_INFERENCE);
		if (k_msgq_get(&pulse_hop_queue, &job, PULSE_FEED) != 0) {
			continue;
		}
		if (job.flush) {
			flush();
			continue;
		}

		/* A hop that had to queue: its own, and who is due earlier goes first. */
		set_deadline(job.released_us);
		k_yield();

		int64_t started_us = now_us();

		estimator.valid_q15 = (uint16_t)pulse_config_get(PULSE_CONFIG_VALID_Q15);
		estimator.policy.on =
			job.motion_known && pulse_config_get(PULSE_CONFIG_POLICY) != 0;

		int runs = pulse_estimator_hop(&estimator, &job.hop, &result);

		if (!job.motion_known) {
			result.state = pulse_without_motion(result.state);
		}
		note(job.released_us, started_us, now_us(), runs != 0);
		judge(job.hop.end_us);
		pulse_publish(&result);
		look_back(runs, &result, job.motion_known);
		(void)atomic_dec(&pending);
	}
}

int pulse_infer_flush(k_timeout_t timeout)
{
#if CONFIG_PULSE_SMOOTH_HOPS
	static const struct job job = {.flush = true};

	k_sem_reset(&flushed);
	if (k_msgq_put(&pulse_hop_queue, &job, timeout) != 0) {
		return -EAGAIN;
	}
	return k_sem_take(&flushed, timeout);
#else
	ARG_UNUSED(timeout);
	return 0;
#endif
}

void pulse_infer_start(void)
{
	pulse_estimator_init(&estimator);
#if CONFIG_PULSE_SMOOTH_HOPS
	pulse_late_start();
#endif
	k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), infer, NULL, NULL, NULL,
			CONFIG_PULSE_INFERENCE_PRIORITY, 0, K_NO_WAIT);
	k_thread_name_set(&thread, "inference");
}

void pulse_infer_schedule(struct pulse_schedule *out)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	*out = record;
	k_spin_unlock(&lock, key);
}

void pulse_infer_rest(struct pulse_rest *out)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	*out = rest;
	k_spin_unlock(&lock, key);
}

size_t pulse_infer_stack_left(void)
{
	size_t left = 0;

	(void)k_thread_stack_space_get(&thread, &left);
	return left;
}
