/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under a hog of the processor at several priorities: no sample is ever lost, and deadline misses
 * and shed hops are counted exactly.
 */
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <drivers/sensor/ppg.h>
#include <pulse/estimator.h>

#include "sensing/accelerometer.h"
#include "sensing/acquire.h"
#include "estimation/infer.h"
#include "estimation/publish.h"
#include "wrist.h"

#define SLICE_US 1000
#define SECONDS  60
#define HOP_MS   (PULSE_HOP_US / USEC_PER_MSEC)

/* An inference of so many milliseconds of processor time. */
static int cost_ms;

/* What the published results say: releases follow each other by a hop. */
static struct {
	uint32_t published;
	uint32_t late;
	uint32_t missing; /* hops left out between two published ones */
	int64_t end_us;   /* of the last hop published */
} seen;

void pulse_estimator_init(struct pulse_estimator *estimator)
{
	ARG_UNUSED(estimator);
}

int pulse_estimator_hop(struct pulse_estimator *estimator, const struct pulse_hop *hop,
			struct pulse_result *out)
{
	ARG_UNUSED(estimator);
	for (int i = 0; i < cost_ms; i++) {
		k_busy_wait(SLICE_US);
	}
	*out = (struct pulse_result){.time_us = hop->end_us};
	if (seen.end_us != 0 && !hop->discontinuous) {
		seen.missing += (hop->end_us - seen.end_us) / PULSE_HOP_US - 1;
	}
	seen.end_us = hop->end_us;
	return 1;
}

void pulse_publish(const struct pulse_result *result)
{
	struct pulse_schedule schedule;

	ARG_UNUSED(result);
	pulse_infer_schedule(&schedule);
	seen.published++;
	seen.late += schedule.completed_us - schedule.released_us > PULSE_HOP_US;
}

/* Takes busy_ms of every hop's time for itself. */
static struct {
	int busy_ms;
	bool on;
} hog;

static void hog_entry(void *p1, void *p2, void *p3)
{
	ARG_UNUSED(p1);
	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	while (hog.on) {
		for (int i = 0; i < hog.busy_ms; i++) {
			k_busy_wait(SLICE_US);
		}
		k_msleep(HOP_MS - hog.busy_ms);
	}
}

K_THREAD_STACK_DEFINE(hog_stack, 1024);
static struct k_thread hog_thread;

/* What changed over one run. */
struct outcome {
	struct pulse_schedule schedule;
	uint32_t published, late, missing;
};

static struct outcome run(int inference_ms, int hog_ms, int hog_priority)
{
	struct pulse_schedule before;
	struct outcome out;
	struct pulse_acquire_counters acquired;
	struct pulse_ppg_counters chip;

	pulse_infer_schedule(&before);
	seen.published = seen.late = seen.missing = 0;
	seen.end_us = 0;
	cost_ms = inference_ms;
	hog.busy_ms = hog_ms;
	hog.on = hog_ms > 0;
	if (hog.on) {
		k_thread_create(&hog_thread, hog_stack, K_THREAD_STACK_SIZEOF(hog_stack), hog_entry,
				NULL, NULL, NULL, hog_priority, 0, K_NO_WAIT);
	}
	wrist_run(SECONDS);
	hog.on = false;
	if (hog_ms > 0) {
		(void)k_thread_join(&hog_thread, K_FOREVER);
	}
	k_msleep((CONFIG_PULSE_HOP_QUEUE + 2) * inference_ms + 100);

	/* Whatever the load, every sample arrived. */
	pulse_acquire_counters(&acquired);
	pulse_ppg_counters(DEVICE_DT_GET(DT_ALIAS(pulse_ppg)), &chip);
	zassert_equal(acquired.ppg_samples, wrist_ppg_samples());
	zassert_equal(acquired.acc_samples, wrist_acc_samples());
	zassert_equal(acquired.ppg_errors, 0);
	zassert_equal(chip.lost, 0);
	zassert_equal(pulse_accelerometer_lost(), 0);

	pulse_infer_schedule(&out.schedule);
	out.schedule.hops -= before.hops;
	out.schedule.misses -= before.misses;
	out.schedule.shed -= before.shed;
	out.published = seen.published;
	out.late = seen.late;
	out.missing = seen.missing;
	TC_PRINT("inference %d ms, hog %d ms at %d: hops %u shed %u misses %u worst %u us\n",
		 inference_ms, hog_ms, hog_priority, out.schedule.hops, out.schedule.shed,
		 out.schedule.misses, out.schedule.worst_response_us);

	/* And every hop is accounted for: 60 s hold 29, as alignment takes 0.25 s. */
	zassert_equal(out.schedule.hops + out.schedule.shed, SECONDS / 2 - 1);
	zassert_equal(out.schedule.hops, out.published);
	zassert_equal(out.schedule.misses, out.late);
	/* A hop shed at the very end has no successor to be missed by. */
	zassert_between_inclusive(out.schedule.shed, out.missing, out.missing + 2);
	return out;
}

static void *setup(void)
{
	pulse_infer_start();
	pulse_acquire_start();
	wrist_init();
	return NULL;
}

ZTEST_SUITE(schedule, NULL, setup, NULL, NULL, NULL);

/* In the order of their names: the worst response is of all runs so far. */

ZTEST(schedule, test_1_alone_the_response_is_the_cost)
{
	struct outcome out = run(25, 0, 0);

	zassert_equal(out.schedule.misses, 0);
	zassert_equal(out.schedule.shed, 0);
	zassert_within(out.schedule.worst_response_us, 25 * 1000, 2000);
}

ZTEST(schedule, test_2_a_hog_below_changes_nothing)
{
	struct outcome out = run(25, 1900, CONFIG_PULSE_INFERENCE_PRIORITY + 1);

	zassert_equal(out.schedule.misses, 0);
	zassert_equal(out.schedule.shed, 0);
	zassert_within(out.schedule.worst_response_us, 25 * 1000, 2000);
}

ZTEST(schedule, test_3_a_hog_above_delays_and_no_more)
{
	struct outcome out = run(25, 1000, CONFIG_PULSE_INFERENCE_PRIORITY - 1);

	zassert_equal(out.schedule.misses, 0);
	zassert_equal(out.schedule.shed, 0);
	zassert_true(out.schedule.worst_response_us < 1100 * 1000);
}

ZTEST(schedule, test_4_a_slow_inference_sheds)
{
	/* 3 s of work every 2 s: of three hops one is shed, and in the long run every response is
	 * late. */
	struct outcome out = run(3000, 0, 0);

	zassert_within(out.schedule.shed, 29 / 3, 2);
	zassert_equal(out.schedule.misses, out.schedule.hops);
}

ZTEST(schedule, test_5_a_hog_that_starves_the_inference_sheds)
{
	/* 0.1 s is left of every 2 s, an inference needs 0.3 s: of three hops one is done. */
	struct outcome out = run(300, 1900, CONFIG_PULSE_SAMPLING_PRIORITY + 1);

	zassert_between_inclusive(out.schedule.hops, 8, 13);
	zassert_between_inclusive(out.schedule.misses, out.schedule.hops - 1, out.schedule.hops);
}

ZTEST(schedule, test_6_and_it_recovers)
{
	struct outcome out = run(25, 0, 0);

	zassert_equal(out.schedule.misses, 0);
	zassert_equal(out.schedule.shed, 0);
}

/* Work of the inference's own priority: 3 s from now on, due so many milliseconds from now. */
static int64_t rival_done_us;

static void rival_entry(void *p1, void *p2, void *p3)
{
	ARG_UNUSED(p1);
	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	for (int i = 0; i < 3000; i++) {
		k_busy_wait(SLICE_US);
	}
	rival_done_us = k_ticks_to_us_floor64(k_uptime_ticks());
}

/* A hop is released after 2.3 s, due at 4.3 s. @return microseconds of its completion after the
 * rival's */
static int64_t hop_after_rival(int rival_due_ms)
{
	struct pulse_schedule schedule;

	cost_ms = 25;
	k_thread_create(&hog_thread, hog_stack, K_THREAD_STACK_SIZEOF(hog_stack), rival_entry, NULL,
			NULL, NULL, CONFIG_PULSE_INFERENCE_PRIORITY, 0, K_FOREVER);
	k_thread_deadline_set(&hog_thread, (int)k_ms_to_cyc_floor32(rival_due_ms));
	k_thread_start(&hog_thread);
	wrist_run(4);
	(void)k_thread_join(&hog_thread, K_FOREVER);
	pulse_infer_schedule(&schedule);
	return schedule.completed_us - rival_done_us;
}

ZTEST(schedule, test_7_the_earlier_deadline_goes_first)
{
	zassert_true(hop_after_rival(10000) < 0);
	zassert_true(hop_after_rival(3500) > 0);
	zassert_true(hop_after_rival(10000) < 0);
}

/*
 * Two hops wait, due 2 s and 3 s from the first one's release, and a rival due in between: the
 * first hop goes before it, the second after it.
 */
ZTEST(schedule, test_8_a_hop_that_waits_keeps_its_own_deadline)
{
	static struct pulse_hop hop;
	struct pulse_schedule schedule;
	uint32_t before = seen.published;

	cost_ms = 25;
	hop.end_us = seen.end_us + PULSE_HOP_US;
	pulse_infer_submit(&hop, true);
	k_busy_wait(1000 * USEC_PER_MSEC);
	hop.end_us += PULSE_HOP_US;
	pulse_infer_submit(&hop, true);
	k_thread_create(&hog_thread, hog_stack, K_THREAD_STACK_SIZEOF(hog_stack), rival_entry, NULL,
			NULL, NULL, CONFIG_PULSE_INFERENCE_PRIORITY, 0, K_FOREVER);
	k_thread_deadline_set(&hog_thread, (int)k_ms_to_cyc_floor32(1500));
	k_thread_start(&hog_thread);
	k_msleep(500); /* the first is judged, the rival runs */
	zassert_equal(seen.published, before + 1);
	(void)k_thread_join(&hog_thread, K_FOREVER);
	k_msleep(200);
	zassert_equal(seen.published, before + 2);
	pulse_infer_schedule(&schedule);
	zassert_true(schedule.completed_us > rival_done_us);
}

ZTEST(schedule, test_9_stacks_have_room)
{
	zassert_true(pulse_acquire_stack_left() > 0);
	zassert_true(pulse_infer_stack_left() > 0);
}
