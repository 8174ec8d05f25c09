/* SPDX-License-Identifier: Apache-2.0 */
#include "acquire.h"

#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/rtio/rtio.h>

#include <drivers/sensor/max3010x.h>
#include <pulse/align.h>

#include "accelerometer.h"
#include "clock.h"
#include "estimation/infer.h"
#include "health/watchdog.h"
#include "led.h"
#include "settings/board.h"

LOG_MODULE_REGISTER(acquire, CONFIG_PULSE_LOG_LEVEL);

#define COUNTS_SHIFT (31 - 18) /* the decoder's q31 with shift 18 */

/* Two full batches: one being filled while one is read. */
#define BLOCK  64
#define BLOCKS (2 * DIV_ROUND_UP(MAX3010X_BATCH_SIZE(DT_PROP_LEN(PULSE_PPG_NODE, slots)), BLOCK))

SENSOR_DT_STREAM_IODEV(ppg_stream, PULSE_PPG_NODE,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});
RTIO_DEFINE_WITH_MEMPOOL(ppg_rtio, 2, 4, BLOCKS, BLOCK, 4);
static K_THREAD_STACK_DEFINE(stack, CONFIG_PULSE_SAMPLING_STACK_SIZE);

static const struct device *const ppg = DEVICE_DT_GET(PULSE_PPG_NODE);
static const struct sensor_decoder_api *decoder;
static struct k_thread thread;
static struct pulse_align align;
static struct pulse_acquire_counters counters;
static const struct pulse_sample_listener *listener;

static void take_hops(void)
{
	static struct pulse_hop hop; /* 0.7 kB; this thread's alone */

	while (pulse_align_take(&align, &hop)) {
		pulse_infer_submit(&hop);
	}
}

static void take_acc(void)
{
	struct pulse_acc_sample sample;

	while (pulse_accelerometer_take(&sample)) {
		int64_t t_us = pulse_clock_from_uptime_us(sample.uptime_us);

		pulse_align_acc(&align, t_us, sample.xyz);
		if (listener != NULL) {
			listener->acc(t_us, sample.xyz);
		}
		counters.acc_samples++;
	}
}

static void take_ppg(const uint8_t *buffer)
{
	const struct sensor_chan_spec channel = {PULSE_PPG_CHANNEL, 0};
	const struct max3010x_batch *batch = (const struct max3010x_batch *)buffer;
	struct sensor_q31_data one;
	uint32_t fit = 0;

	while (decoder->decode(buffer, channel, &fit, 1, &one) > 0) {
		uint64_t ns = one.header.base_timestamp_ns + one.readings[0].timestamp_delta;

		int64_t t_us = pulse_clock_from_uptime_us(ns / NSEC_PER_USEC);
		uint32_t counts =
			pulse_led_undimmed(one.readings[0].value >> COUNTS_SHIFT, batch->led_ua[0]);

		pulse_align_ppg(&align, t_us, counts);
		if (listener != NULL) {
			listener->ppg(t_us, counts);
		}
		counters.ppg_samples++;
	}
}

/* The next batch, however long it takes; alive all the while. */
static struct rtio_cqe *next_batch(void)
{
	struct rtio_cqe *done = NULL;

	while (done == NULL) {
		pulse_watchdog_feed(PULSE_GUARDED_SAMPLING);
		/* RTIO's own waits know no time-out: wait for its semaphore, and hand it back. */
		if (k_sem_take(ppg_rtio.consume_sem, PULSE_FEED) == 0) {
			k_sem_give(ppg_rtio.consume_sem);
			done = rtio_cqe_consume(&ppg_rtio);
		}
	}
	return done;
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
			counters.ppg_errors++;
		} else if (rtio_cqe_get_mempool_buffer(&ppg_rtio, done, &buffer, &length) == 0) {
			take_ppg(buffer);
			counters.batches++;
			rtio_release_buffer(&ppg_rtio, buffer, length);
		}
		rtio_cqe_release(&ppg_rtio, done);
		if (listener != NULL) {
			listener->batch_end();
		}
		pulse_led_settle();
		take_hops();
	}
}

void pulse_acquire_listen(const struct pulse_sample_listener *wanted)
{
	listener = wanted;
}

int pulse_acquire_start(void)
{
	int ret = device_is_ready(ppg) ? sensor_get_decoder(ppg, &decoder) : -ENODEV;

	if (ret != 0) {
		LOG_ERR("%s: %d", ppg->name, ret);
		return ret;
	}
	pulse_align_init(&align);
	ret = pulse_accelerometer_start();
	if (ret != 0) {
		LOG_ERR("accelerometer: %d", ret);
		return ret;
	}
	pulse_led_start();
	ret = sensor_stream(&ppg_stream, &ppg_rtio, NULL, NULL);
	if (ret != 0) {
		LOG_ERR("%s: stream: %d", ppg->name, ret);
		return ret;
	}
	k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), sample, NULL, NULL, NULL,
			CONFIG_PULSE_SAMPLING_PRIORITY, 0, K_NO_WAIT);
	k_thread_name_set(&thread, "sampling");
	return 0;
}

void pulse_acquire_counters(struct pulse_acquire_counters *out)
{
	*out = counters;
}

size_t pulse_acquire_stack_left(void)
{
	size_t left = 0;

	(void)k_thread_stack_space_get(&thread, &left);
	return left;
}
