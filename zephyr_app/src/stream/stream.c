/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>

#include <drivers/sensor/ppg.h>
#include <pulse/hop.h>

#include "estimation/infer.h"
#include "estimation/publish.h"
#include "sensing/accelerometer.h"
#include "sensing/acquire.h"
#include "sensing/clock.h"
#include "settings/board.h"
#include "stream_frame.h"
#include "stream_port.h"

#define VERSION   1
#define TIME      8 /* bytes of a time, and of the step from the sample before */
#define STEP      2
#define PPG_BYTES 3 /* a count */
#define ACC_BYTES 2 /* an axis */

/* Samples of one sensor on their way into a record. */
struct batch {
	struct pulse_frame frame;
	enum pulse_frame_type type;
	size_t sample; /* bytes */
	bool open;
	int64_t last_us;
};

/* Only one thread writes a frame: the sampling thread, or the thread that publishes a result. */
static struct batch ppg[PULSE_PPG_BOARD_CHANNELS]; /* one a channel */
static struct batch acc = {.type = PULSE_FRAME_ACC, .sample = STEP + 3 * ACC_BYTES};
static struct pulse_frame result_frame;
static struct pulse_frame counters_frame;
static atomic_t enabled = ATOMIC_INIT(IS_ENABLED(CONFIG_PULSE_STREAM_ON));
static atomic_t dropped;

static void send_frame(struct pulse_frame *frame)
{
	size_t length = pulse_frame_end(frame);

	if (!pulse_stream_port_put(frame->bytes, length)) {
		(void)atomic_inc(&dropped);
	}
}

static void flush(struct batch *batch)
{
	if (batch->open) {
		batch->open = false;
		send_frame(&batch->frame);
	}
}

/* Begin a sample: its step in time, in a new record where this one has no room for either. */
static void step(struct batch *batch, int64_t t_us)
{
	int64_t since_us = t_us - batch->last_us;

	if (batch->open &&
	    (since_us < 0 || since_us > UINT16_MAX ||
	     batch->frame.length + batch->sample > PULSE_FRAME_HEADER + PULSE_FRAME_PAYLOAD)) {
		flush(batch);
	}
	if (!batch->open) {
		pulse_frame_begin(&batch->frame, batch->type);
		pulse_frame_add(&batch->frame, (uint64_t)t_us, TIME);
		batch->open = true;
		since_us = 0;
	}
	pulse_frame_add(&batch->frame, (uint64_t)since_us, STEP);
	batch->last_us = t_us;
}

static void add_ppg(int64_t t_us, const uint32_t *counts, int channels)
{
	if (atomic_get(&enabled)) {
		for (int i = 0; i < channels; i++) {
			step(&ppg[i], t_us);
			pulse_frame_add(&ppg[i].frame, counts[i], PPG_BYTES);
		}
	}
}

static void add_acc(int64_t t_us, const int16_t xyz[3])
{
	if (atomic_get(&enabled)) {
		step(&acc, t_us);
		for (int axis = 0; axis < 3; axis++) {
			pulse_frame_add(&acc.frame, (uint16_t)xyz[axis], ACC_BYTES);
		}
	}
}

static void end_batch(void)
{
	for (int i = 0; i < PULSE_PPG_BOARD_CHANNELS; i++) {
		flush(&ppg[i]);
	}
	flush(&acc);
}

static void send_result(const struct pulse_result *result)
{
	pulse_frame_begin(&result_frame, PULSE_FRAME_RESULT);
	pulse_frame_add(&result_frame, (uint64_t)result->time_us, TIME);
	pulse_frame_add(&result_frame, result->hop, 4);
	pulse_frame_add(&result_frame, (uint32_t)result->bpm_q8, 4);
	pulse_frame_add(&result_frame, result->confidence_q15, 2);
	pulse_frame_add(&result_frame, result->state, 1);
	pulse_frame_add(&result_frame, result->gaps, 4);
	send_frame(&result_frame);
}

/* Share of the processor's time since the last call that was not idle, 1/1000. */
static uint16_t busy_permille(void)
{
	static uint64_t idle, all;
	k_thread_runtime_stats_t now;

	(void)k_thread_runtime_stats_all_get(&now);

	uint64_t passed = now.execution_cycles - all;
	uint64_t rested = now.idle_cycles - idle;

	idle = now.idle_cycles;
	all = now.execution_cycles;
	return passed > 0 ? (uint16_t)((passed - MIN(rested, passed)) * 1000 / passed) : 0;
}

static void send_counters(void)
{
	struct pulse_acquire_counters acquired;
	struct pulse_schedule schedule;
	struct pulse_ppg_counters chip;

	pulse_acquire_counters(&acquired);
	pulse_infer_schedule(&schedule);
	pulse_ppg_counters(DEVICE_DT_GET(DT_ALIAS(pulse_ppg)), &chip);

	int64_t now_us = pulse_clock_from_uptime_us(k_ticks_to_us_floor64(k_uptime_ticks()));
	const uint32_t counters[] = {
		atomic_get(&dropped),
		acquired.ppg_samples,
		chip.lost,
		acquired.acc_samples,
		pulse_accelerometer_lost(),
		chip.bus_errors,
		schedule.hops,
		schedule.shed,
		schedule.misses,
		schedule.worst_response_us,
		schedule.completed_us - schedule.released_us,
		schedule.completed_us - schedule.started_us,
	};

	pulse_frame_begin(&counters_frame, PULSE_FRAME_COUNTERS);
	pulse_frame_add(&counters_frame, (uint64_t)now_us, TIME);
	pulse_frame_add(&counters_frame, VERSION, 1);
	pulse_frame_add(&counters_frame, PULSE_PPG_BITS, 1);
	pulse_frame_add(&counters_frame, PULSE_ACC_LSB_PER_G, 2);
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		pulse_frame_add(&counters_frame, counters[i], 4);
	}
	pulse_frame_add(&counters_frame, busy_permille(), 2);
	send_frame(&counters_frame);
}

/* Whoever publishes a result holds the channel: one at a time. */
static void on_result(const struct zbus_channel *channel)
{
	if (atomic_get(&enabled)) {
		send_result(zbus_chan_const_msg(channel));
		send_counters();
	}
}

ZBUS_LISTENER_DEFINE(pulse_stream_listener, on_result);
ZBUS_CHAN_ADD_OBS(pulse_result_channel, pulse_stream_listener, 2);

int pulse_stream_start(void)
{
	static const struct pulse_sample_listener listener = {
		.ppg = add_ppg,
		.acc = add_acc,
		.batch_end = end_batch,
	};

	for (int i = 0; i < PULSE_PPG_BOARD_CHANNELS; i++) {
		ppg[i].type = i == 0 ? PULSE_FRAME_PPG : PULSE_FRAME_PPG_2 + i - 1;
		ppg[i].sample = STEP + PPG_BYTES;
	}
	pulse_acquire_listen(&listener);
	return pulse_stream_port_start();
}

void pulse_stream_enable(bool on)
{
	(void)atomic_set(&enabled, on);
}
