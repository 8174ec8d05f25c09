/* SPDX-License-Identifier: Apache-2.0 */
#include "acquire.h"

#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/rtio/rtio.h>

#include <drivers/sensor/ppg.h>
#include <pulse/align.h>

#include "absence.h"
#include "accelerometer.h"
#include "bring_up.h"
#include "clock.h"
#include "estimation/infer.h"
#include "gain.h"
#include "health/watchdog.h"
#include "led.h"
#include "queue.h"
#include "settings/board.h"
#include "supervisor.h"

LOG_MODULE_REGISTER(acquire, CONFIG_PULSE_LOG_LEVEL);

#define STAND_IN_US 20000              /* 50 Hz */
#define WINDOW_US   (5 * PULSE_HOP_US) /* of a result: 8 s, and what filters reach back */

/* The aligner takes 25 to 200 Hz; at other rates no hop would ever come. */
#define RATE_HZ DT_PROP(PULSE_PPG_NODE, sample_rate)
#define AVERAGE DT_PROP(PULSE_PPG_NODE, sample_average)
BUILD_ASSERT(RATE_HZ >= 25 * AVERAGE && RATE_HZ <= 200 * AVERAGE,
	     "pulse-ppg: sample-rate / sample-average: expected 25 to 200 Hz");

/* Two full batches: one being filled while one is read. */
#define BLOCK  64
#define BATCH  PULSE_PPG_BATCH_SIZE(DT_PROP(PULSE_PPG_NODE, fifo_samples), PULSE_PPG_BOARD_CHANNELS)
#define BLOCKS (2 * DIV_ROUND_UP(BATCH, BLOCK))

SENSOR_DT_STREAM_IODEV(ppg_stream, PULSE_PPG_NODE,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});
/* The stream and the heartbeat. Batches begin with 64 bits. */
RTIO_DEFINE_WITH_MEMPOOL(ppg_rtio, 2, 4, BLOCKS, BLOCK, 8);
BUILD_ASSERT(IS_ENABLED(CONFIG_RTIO_CONSUME_SEM), "the sampling thread must not poll");
static K_THREAD_STACK_DEFINE(stack, CONFIG_PULSE_SAMPLING_STACK_SIZE);

static const struct device *const ppg = DEVICE_DT_GET(PULSE_PPG_NODE);
static struct k_thread thread;
static struct pulse_align align;
static struct k_spinlock lock;
static struct pulse_acquire_counters counters; /* with the lock */
static int64_t acc_us = INT64_MIN; /* of the accelerometer's newest sample, or of its stand-in */
static int64_t stood_in_us = INT64_MIN; /* of the newest stand-in */
static int64_t ppg_us = INT64_MIN;      /* of the newest PPG sample */
static const struct pulse_sample_listener *listener;

static void submit_heartbeat(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(heartbeat, submit_heartbeat);

static void count(uint32_t *counter, uint32_t by)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	*counter += by;
	k_spin_unlock(&lock, key);
}

/* Hops, each with whether the motion of its whole window was measured. */
static void take_hops(void)
{
	static struct pulse_hop hop; /* 0.7 kB; this thread's alone */

	while (pulse_align_take(&align, &hop)) {
		pulse_infer_submit(&hop, hop.end_us - WINDOW_US > stood_in_us);
	}
}

static void take_acc(void)
{
	struct pulse_acc_sample sample;
	uint32_t came = 0;

	while (pulse_accelerometer_take(&sample)) {
		int64_t t_us = pulse_clock_from_uptime_us(sample.uptime_us);

		pulse_align_acc(&align, t_us, sample.xyz);
		if (listener != NULL) {
			listener->acc(t_us, sample.xyz);
		}
		acc_us = t_us;
		came++;
	}
	if (came > 0) {
		count(&counters.acc_samples, came);
		pulse_supervisor_heard(PULSE_SENSOR_ACC);
	}
}

/* The PPG alone: rest up to its newest sample. */
static void stand_in(int64_t first_ppg_us)
{
	static const int16_t rest[3] = {0, 0, PULSE_ACC_LSB_PER_G};
	uint32_t added = 0;

	acc_us = MAX(acc_us, first_ppg_us - STAND_IN_US);
	while (acc_us + STAND_IN_US <= ppg_us) {
		acc_us += STAND_IN_US;
		pulse_align_acc(&align, acc_us, rest);
		stood_in_us = acc_us;
		added++;
	}
	count(&counters.acc_stand_ins, added);
}

static void take_sample(const struct pulse_ppg_batch *batch, int i, int64_t t_us)
{
	uint32_t counts[PULSE_PPG_CHANNELS];

	for (int channel = 0; channel < batch->channels; channel++) {
		counts[channel] = pulse_led_scaled(batch, i, channel);
	}
	pulse_align_leds(&align, t_us, counts, batch->channels);
	if (listener != NULL) {
		listener->ppg(t_us, counts, batch->channels);
	}
	ppg_us = t_us;
}

static void take_ppg(const struct pulse_ppg_batch *batch)
{
	int64_t from_us = pulse_gain_batch(batch);
	int64_t first_us = INT64_MAX;
	uint32_t took = 0;

	pulse_absence_batch(batch);
	for (int i = 0; i < batch->samples; i++) {
		int64_t uptime_us = pulse_ppg_time_us(batch, i);

		if (uptime_us >= from_us) {
			take_sample(batch, i, pulse_clock_from_uptime_us(uptime_us));
			first_us = MIN(first_us, pulse_clock_from_uptime_us(uptime_us));
			took++;
		}
	}
	count(&counters.ppg_samples, took);
	pulse_supervisor_heard(PULSE_SENSOR_PPG);
	if (took > 0 && pulse_supervisor_ppg_alone()) {
		stand_in(first_us);
	}
}

/*
 * RTIO's wait knows no time-out: every PULSE_FEED the sensors' queue completes a request without
 * data, so that the sampling thread shows that it is alive while the PPG says nothing.
 */
static void beat(struct rtio *context, const struct rtio_sqe *request, void *unused)
{
	ARG_UNUSED(context);
	ARG_UNUSED(request);
	ARG_UNUSED(unused);
}

static void submit_heartbeat(struct k_work *work)
{
	struct rtio_sqe *request = rtio_sqe_acquire(&ppg_rtio);

	pulse_watchdog_feed(PULSE_WATCHDOG_SENSOR_QUEUE);
	if (request != NULL) {
		rtio_sqe_prep_callback(request, beat, NULL, &heartbeat);
		(void)rtio_submit(&ppg_rtio, 0);
	}
	ARG_UNUSED(work);
	(void)k_work_reschedule_for_queue(pulse_sensor_queue(), &heartbeat, PULSE_FEED);
}

/* The next batch, however long it takes. */
static struct rtio_cqe *next_batch(void)
{
	for (;;) {
		struct rtio_cqe *done = rtio_cqe_consume_block(&ppg_rtio);

		pulse_watchdog_feed(PULSE_WATCHDOG_SAMPLING);
		if (done->userdata != &heartbeat) {
			return done;
		}
		rtio_cqe_release(&ppg_rtio, done);
	}
}

static void show_align(void)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	pulse_align_count(&align, &counters.align);
	k_spin_unlock(&lock, key);
}

static void sample(void *p1, void *p2, void *p3)
{
	ARG_UNUSED(p1);
	ARG_UNUSED(p2);
	ARG_UNUSED(p3);

	for (;;) {
		struct rtio_cqe *done = next_batch();
		uint8_t *buffer = NULL;
		uint32_t length = 0;

		take_acc();
		if (done->result != 0) {
			LOG_WRN("%s: batch failed: %d", ppg->name, done->result);
			count(&counters.ppg_errors, 1);
		} else if (rtio_cqe_get_mempool_buffer(&ppg_rtio, done, &buffer, &length) == 0) {
			take_ppg((const struct pulse_ppg_batch *)buffer);
			count(&counters.batches, 1);
			rtio_release_buffer(&ppg_rtio, buffer, length);
		}
		rtio_cqe_release(&ppg_rtio, done);
		if (listener != NULL) {
			listener->batch_end();
		}
		pulse_led_settle();
		take_hops();
		show_align();
	}
}

void pulse_acquire_listen(const struct pulse_sample_listener *wanted)
{
	listener = wanted;
}

static int start_acc(void)
{
	int ret = pulse_accelerometer_start();

	if (ret == 0) {
		pulse_led_motion();
	}
	return ret;
}

/* Once it works the driver looks after its chip. */
static int start_ppg(void)
{
	int ret = pulse_bring_up(ppg);

	if (ret == 0) {
		pulse_led_set();
		ret = sensor_stream(&ppg_stream, &ppg_rtio, NULL, NULL);
	}
	return ret;
}

void pulse_acquire_start(void)
{
	static const pulse_sensor_start start[PULSE_SENSORS] = {
		[PULSE_SENSOR_ACC] = start_acc,
		[PULSE_SENSOR_PPG] = start_ppg,
	};

	pulse_align_init(&align);
	k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), sample, NULL, NULL, NULL,
			CONFIG_PULSE_SAMPLING_PRIORITY, 0, K_NO_WAIT);
	k_thread_name_set(&thread, "sampling");
	pulse_supervisor_start(start);
	(void)k_work_reschedule_for_queue(pulse_sensor_queue(), &heartbeat, K_NO_WAIT);
}

void pulse_acquire_counters(struct pulse_acquire_counters *out)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	*out = counters;
	k_spin_unlock(&lock, key);
}

size_t pulse_acquire_stack_left(void)
{
	size_t left = 0;

	(void)k_thread_stack_space_get(&thread, &left);
	return left;
}
