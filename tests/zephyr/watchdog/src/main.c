/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that hangs and a sensor that falls silent are noticed and named, their names and a crash
 * outlive the reset, and no other thread is named.
 */
#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>
#include <pulse/estimator.h>

#include "sensing/acquire.h"
#include "estimation/infer.h"
#include "health/reset_record.h"
#include "estimation/publish.h"
#include "health/watchdog.h"
#include "replay/emulated_accelerometer.h"
#include "wrist.h"

static K_SEM_DEFINE(hang, 0, 1); /* given: the estimator goes on */
static bool hangs;

void pulse_estimator_init(struct pulse_estimator *estimator)
{
	ARG_UNUSED(estimator);
}

int pulse_estimator_hop(struct pulse_estimator *estimator, const struct pulse_hop *hop,
			struct pulse_result *out)
{
	ARG_UNUSED(estimator);
	if (hangs) {
		k_sem_take(&hang, K_FOREVER);
	}
	*out = (struct pulse_result){.time_us = hop->end_us};
	return 1;
}

void pulse_publish(const struct pulse_result *result)
{
	ARG_UNUSED(result);
}

static int hung[PULSE_WATCHDOG_CHANNELS];

static void on_expired(enum pulse_watchdog_channel who)
{
	hung[who]++;
}

static int all_hangs(void)
{
	int all = 0;

	for (int who = 0; who < PULSE_WATCHDOG_CHANNELS; who++) {
		all += hung[who];
	}
	return all;
}

static uint32_t kept_hangs(void)
{
	struct pulse_reset_record record;

	pulse_reset_record(&record);
	return record.hangs;
}

static uint32_t kept_crashes(void)
{
	struct pulse_reset_record record;

	pulse_reset_record(&record);
	return record.crashes;
}

static void *setup(void)
{
	bool resets = IS_ENABLED(CONFIG_CPU_CORTEX_M); /* native_sim would end */

	pulse_infer_start();
	pulse_acquire_start();
	wrist_init();
	if (resets && kept_hangs() == 0) {
		/* The first boot ends here: the estimator hangs, and the device resets. */
		hangs = true;
		zassert_ok(pulse_watchdog_start(NULL));
		wrist_run(60);
		zassert_unreachable("no reset");
	}
	zassert_equal(kept_hangs(), resets);
	if (resets && kept_crashes() == 0) {
		/* So does the second, by an assertion that fails. */
		k_panic();
		zassert_unreachable("no reset");
	}
	zassert_equal(kept_crashes(), resets);
	pulse_reset_record_report();
	zassert_ok(pulse_watchdog_start(on_expired));
	return NULL;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	memset(hung, 0, sizeof(hung));
}

ZTEST_SUITE(watchdog, NULL, setup, before, NULL, NULL);

/* In the order of their names: the kept record counts on. */

ZTEST(watchdog, test_1_the_names_outlive_the_resets)
{
	struct pulse_reset_record record;

	pulse_reset_record(&record);
	if (record.hangs > 0) {
		zassert_str_equal(record.hung,
				  pulse_watchdog_channel_name(PULSE_WATCHDOG_INFERENCE));
		zassert_equal(record.reason, K_ERR_KERNEL_PANIC);
		zassert_str_equal(record.crashed, "main"); /* sets suites up */
	} else {
		zassert_false(IS_ENABLED(CONFIG_CPU_CORTEX_M));
	}
}

ZTEST(watchdog, test_2_a_healthy_wrist_causes_no_reset)
{
	wrist_run(60);
	zassert_equal(all_hangs(), 0);
}

ZTEST(watchdog, test_3_nor_is_a_dead_sensor_or_silence)
{
	pulse_ppg_emul_vanish(EMUL_DT_GET(DT_ALIAS(pulse_ppg)), true);
	wrist_run(30);
	pulse_ppg_emul_vanish(EMUL_DT_GET(DT_ALIAS(pulse_ppg)), false);
	pulse_emulated_accelerometer_vanish(true);
	wrist_run(30);
	pulse_emulated_accelerometer_vanish(false);
	k_sleep(K_SECONDS(60));
	zassert_equal(all_hangs(), 0);
}

static void expect_hang(enum pulse_watchdog_channel who, uint32_t hangs_before)
{
	struct pulse_reset_record record;

	/* Without a reset it is named again whenever another thread feeds. */
	zassert_true(hung[who] > 0, "%s", pulse_watchdog_channel_name(who));
	zassert_equal(all_hangs(), hung[who]);
	pulse_reset_record(&record);
	zassert_equal(record.hangs, hangs_before + hung[who]);
	zassert_str_equal(record.hung, pulse_watchdog_channel_name(who));
}

ZTEST(watchdog, test_4_a_hung_inference_is_named)
{
	uint32_t past = kept_hangs();

	hangs = true;
	wrist_run(10);
	zassert_equal(all_hangs(), 0);
	wrist_run(10);
	expect_hang(PULSE_WATCHDOG_INFERENCE, past);
	hangs = false;
	k_sem_give(&hang);
	k_sleep(K_SECONDS(3));
}

static k_tid_t found;

static void match(const struct k_thread *thread, void *name)
{
	if (strcmp(k_thread_name_get((k_tid_t)thread), name) == 0) {
		found = (k_tid_t)thread;
	}
}

ZTEST(watchdog, test_5_a_hung_sampling_is_named)
{
	uint32_t past = kept_hangs();

	found = NULL;
	k_thread_foreach(match, "sampling");
	zassert_not_null(found);
	k_thread_suspend(found);
	k_sleep(K_SECONDS(9));
	expect_hang(PULSE_WATCHDOG_SAMPLING, past);
	k_thread_resume(found);
	wrist_run(3);
}

static void hang_work(struct k_work *work)
{
	ARG_UNUSED(work);
	k_sem_take(&hang, K_FOREVER);
}

static K_WORK_DEFINE(hanging, hang_work);

ZTEST(watchdog, test_6_a_hung_work_queue_is_named)
{
	uint32_t past = kept_hangs();

	(void)k_work_submit(&hanging);
	k_sleep(K_SECONDS(7));
	expect_hang(PULSE_WATCHDOG_WORK_QUEUE, past);
	k_sem_give(&hang);
	k_sleep(K_SECONDS(3));
}

ZTEST(watchdog, test_7_a_hung_sensor_queue_is_named)
{
	uint32_t past = kept_hangs();

	(void)k_work_submit_to_queue(pulse_ppg_queue(), &hanging);
	k_sleep(K_SECONDS(7));
	expect_hang(PULSE_WATCHDOG_SENSOR_QUEUE, past);
	k_sem_give(&hang);
	k_sleep(K_SECONDS(3));
}

/* Three ends in a row are no accident: 10 s, then twice as long each time, up to 640 s. */
ZTEST(watchdog, test_8_a_crash_loop_is_braked)
{
	const uint32_t expected[] = {0, 0, 10, 20, 40, 80, 160, 320, 640, 640};

	pulse_reset_record_healthy();
	for (int i = 0; i < ARRAY_SIZE(expected); i++) {
		pulse_reset_record_hang("test");
		zassert_equal(pulse_reset_record_brake_s(), expected[i], "after %d", i + 1);
	}
	pulse_reset_record_healthy();
	zassert_equal(pulse_reset_record_brake_s(), 0);
}

ZTEST(watchdog, test_9_and_all_is_well_again)
{
	wrist_run(30);
	zassert_equal(all_hangs(), 0);
}
