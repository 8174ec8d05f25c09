/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publications of results while somebody holds the channel: what is lost is counted once, what only
 * waits is not, and a heart rate grows stale even then.
 */
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <pulse/estimator.h>

#include "estimation/late.h"
#include "estimation/publish.h"
#include "health/reset_record.h"

#define PATIENCE_MS 2000 /* how long a publisher waits for the channel */

/* What the channels' listeners were told. */
static struct {
	uint32_t results;
	uint32_t stale;
	uint32_t late;
	struct pulse_result last;
} heard;

static struct pulse_estimator estimator;

static void on_result(const struct zbus_channel *channel)
{
	heard.last = *(const struct pulse_result *)zbus_chan_const_msg(channel);
	heard.results += heard.last.state != PULSE_STALE;
	heard.stale += heard.last.state == PULSE_STALE;
}

static void on_late(const struct zbus_channel *channel)
{
	ARG_UNUSED(channel);
	heard.late++;
}

ZBUS_LISTENER_DEFINE(result_counter, on_result);
ZBUS_LISTENER_DEFINE(late_counter, on_late);
ZBUS_CHAN_ADD_OBS(pulse_result_channel, result_counter, 2);
ZBUS_CHAN_ADD_OBS(pulse_late_channel, late_counter, 2);

void pulse_reset_record_healthy(void)
{
}

static K_THREAD_STACK_DEFINE(holder_stack, 1024);
static struct k_thread holder;

static void hold_entry(void *channel, void *after_ms, void *for_ms)
{
	k_msleep(POINTER_TO_INT(after_ms));
	zassert_ok(zbus_chan_claim(channel, K_NO_WAIT));
	k_msleep(POINTER_TO_INT(for_ms));
	zassert_ok(zbus_chan_finish(channel));
}

/* From after_ms on, another thread holds the channel for for_ms. */
static void hold(const struct zbus_channel *channel, int after_ms, int for_ms)
{
	k_thread_create(&holder, holder_stack, K_THREAD_STACK_SIZEOF(holder_stack), hold_entry,
			(void *)channel, INT_TO_POINTER(after_ms), INT_TO_POINTER(for_ms),
			K_HIGHEST_APPLICATION_THREAD_PRIO, 0, K_NO_WAIT);
	k_msleep(1);
}

static void release(void)
{
	(void)k_thread_join(&holder, K_FOREVER);
}

static void publish(uint32_t hop)
{
	pulse_publish(&(struct pulse_result){.hop = hop, .state = PULSE_VALID, .bpm_q8 = 72 << 8});
}

static void publish_late(uint32_t hop)
{
	struct pulse_result now = {.hop = hop, .time_us = hop * (int64_t)PULSE_HOP_US};

	pulse_late_hop(&estimator, 0, &now, true); /* the hop before it comes out */
}

static void before(void *unused)
{
	ARG_UNUSED(unused);
	memset(&heard, 0, sizeof(heard));
	pulse_estimator_init(&estimator);
	pulse_late_start();
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	pulse_publish_pause(true);
}

ZTEST_SUITE(publish, NULL, NULL, before, after, NULL);

ZTEST(publish, test_a_result_that_finds_the_channel_free_is_not_lost)
{
	uint32_t lost = pulse_publish_lost();

	publish(0);
	publish(1);
	zassert_equal(heard.results, 2);
	zassert_equal(heard.last.hop, 1);
	zassert_equal(pulse_publish_lost(), lost);
}

ZTEST(publish, test_a_result_that_waits_is_not_lost)
{
	uint32_t lost = pulse_publish_lost();

	hold(&pulse_result_channel, 0, PATIENCE_MS / 2);
	publish(0);
	release();
	zassert_equal(heard.results, 1);
	zassert_equal(pulse_publish_lost(), lost);
}

ZTEST(publish, test_a_result_that_waits_in_vain_is_counted_once)
{
	uint32_t lost = pulse_publish_lost();

	hold(&pulse_result_channel, 0, 2 * PATIENCE_MS + PATIENCE_MS / 2);
	publish(0);
	zassert_equal(heard.results, 0);
	zassert_equal(pulse_publish_lost(), lost + 1);
	publish(1);
	zassert_equal(heard.results, 0);
	zassert_equal(pulse_publish_lost(), lost + 2);
	release();
	publish(2);
	zassert_equal(heard.results, 1);
	zassert_equal(heard.last.hop, 2);
	zassert_equal(pulse_publish_lost(), lost + 2);
}

ZTEST(publish, test_a_heart_rate_grows_stale_while_the_channel_is_held)
{
	uint32_t lost = pulse_publish_lost();

	publish(0);
	hold(&pulse_result_channel, CONFIG_PULSE_STALE_MS - 500, 1000);
	release();
	k_msleep(1000);
	zassert_equal(heard.stale, 1);
	zassert_equal(heard.last.bpm_q8, 0);
	k_msleep(2 * CONFIG_PULSE_STALE_MS);
	zassert_equal(heard.stale, 1); /* once */
	zassert_equal(pulse_publish_lost(), lost);
}

ZTEST(publish, test_a_late_result_that_waits_in_vain_is_counted_once)
{
	uint32_t lost = pulse_late_lost();

	publish_late(0);
	zassert_equal(heard.late, 0); /* one hop late */
	publish_late(1);
	zassert_equal(heard.late, 1);
	zassert_equal(pulse_late_lost(), lost);
	hold(&pulse_late_channel, 0, PATIENCE_MS + PATIENCE_MS / 2);
	publish_late(2);
	zassert_equal(heard.late, 1);
	zassert_equal(pulse_late_lost(), lost + 1);
	release();
	pulse_late_flush();
	zassert_equal(heard.late, 2);
	zassert_equal(pulse_late_lost(), lost + 1);
}
