/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside a timer's callback the kernel's time is the instant the timer was set for, however late
 * the processor got to it: interrupts of the emulated chips carry the recording's times to the
 * microsecond.
 */
#include "replay.h"

#include <errno.h>
#include <string.h>
#include <zephyr/debug/thread_analyzer.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/printk.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>
#include <pulse/hop.h>

#include "emulated_accelerometer.h"
#include "estimation/infer.h"
#include "faults.h"
#include "host.h"
#include "latency.h"
#include "led_trace.h"
#include "random_faults.h"
#include "replay_file.h"
#include "sensing/accelerometer.h"
#include "sensing/acquire.h"
#include "sensing/clock.h"
#include "sensing/motion.h"
#include "sensing/supervisor.h"
#include "settings/config.h"

#define PPG_NODE DT_ALIAS(pulse_ppg)

#define LEAD_US          20000       /* from now to the first sample */
#define DRAIN            K_MSEC(200) /* from the last sample to the last result: one inference */
#define FAULTLESS_CHUNKS 30
#define GAP_US           100000 /* docs/signal_path.md, section 2 */

/* One channel of the recording: its own reader of the file, so that its next sample is known. */
struct feed {
	struct pulse_replay_file file;
	bool is_ppg;
	struct pulse_replay_sample next;
	int more; /* 1: `next` is to be fed; 0: the recording ended; -1: file says why not */
};

static void tick(struct k_timer *timer);

static struct feed ppg_feed = {.is_ppg = true, .file.handle = -1};
static struct feed acc_feed = {.file.handle = -1};
static K_TIMER_DEFINE(feeder, tick, NULL);
static K_SEM_DEFINE(ended, 0, 1);
static K_SEM_DEFINE(asked, 0, 1);
static const struct emul *const ppg = EMUL_DT_GET(PPG_NODE);
static atomic_t phase = ATOMIC_INIT(PULSE_REPLAY_IDLE);
static char asked_path[256];
static uint8_t more_bits; /* of the chip's counts than the recording's */

static void advance(struct feed *feed)
{
	do {
		feed->more = pulse_replay_next(&feed->file.replay, &feed->next);
	} while (feed->more > 0 && feed->next.is_ppg != feed->is_ppg);
}

static int64_t due_us(const struct feed *feed)
{
	return feed->more > 0 ? feed->next.t_us : INT64_MAX;
}

static void push_ppg(void)
{
	struct pulse_replay_sample now = ppg_feed.next;

	advance(&ppg_feed);
	/* None in the last chunks, of a second each: all are over by the end. */
	if (IS_ENABLED(CONFIG_PULSE_RANDOM_FAULTS) &&
	    ppg_feed.file.replay.chunks - ppg_feed.file.replay.chunk > FAULTLESS_CHUNKS) {
		now.ppg[0] = pulse_random_faults_sample(ppg, now.t_us, now.ppg[0]);
	}
	pulse_led_trace_sample(now.t_us);
	for (int led = 0; led < PULSE_REPLAY_LEDS; led++) {
		if (IS_ENABLED(CONFIG_PULSE_FAULTS)) {
			now.ppg[led] = pulse_faults_light(now.ppg[led]);
		}
		now.ppg[led] <<= more_bits;
	}
	pulse_ppg_emul_push(ppg, now.ppg);
	/* A batch that the recording leaves unfinished is read all the same. */
	if (ppg_feed.more <= 0 || ppg_feed.next.t_us - now.t_us > GAP_US) {
		pulse_ppg_emul_flush(ppg);
	}
}

static void push_acc(void)
{
	pulse_emulated_accelerometer_push(acc_feed.next.acc);
	advance(&acc_feed);
}

/* One timer for both channels: the second of two timers due at once would see a later time. */
static void tick(struct k_timer *timer)
{
	int64_t now_us = MIN(due_us(&ppg_feed), due_us(&acc_feed));

	if (IS_ENABLED(CONFIG_PULSE_FAULTS)) {
		pulse_faults_until(now_us);
	}
	if (due_us(&ppg_feed) == now_us) {
		push_ppg();
	}
	if (due_us(&acc_feed) == now_us) {
		push_acc();
	}
	if (ppg_feed.more <= 0 && acc_feed.more <= 0) {
		k_sem_give(&ended);
		return;
	}
	int64_t next_us = MIN(due_us(&ppg_feed), due_us(&acc_feed));

	k_timer_start(timer, K_TIMEOUT_ABS_US(pulse_clock_to_uptime_us(next_us)), K_NO_WAIT);
}

static int open_feed(const char *path, struct feed *feed)
{
	int ret = pulse_replay_file_open(&feed->file, path);

	if (ret == 0) {
		advance(feed);
		ret = feed->more > 0 ? 0 : pulse_replay_file_fail(&feed->file, path);
	}
	return ret;
}

static void print_end(void)
{
	struct pulse_schedule schedule;
	struct pulse_acquire_counters acquired;
	struct pulse_ppg_counters chip;
	struct pulse_sensor_status acc;
	size_t work_left = 0;
	size_t sensors_left = 0;

	(void)k_thread_stack_space_get(&pulse_ppg_queue()->thread, &sensors_left);
	(void)k_thread_stack_space_get(&k_sys_work_q.thread, &work_left);
	pulse_infer_schedule(&schedule);
	pulse_acquire_counters(&acquired);
	pulse_ppg_counters(DEVICE_DT_GET(PPG_NODE), &chip);
	pulse_supervisor_status(PULSE_SENSOR_ACC, &acc);
	if (IS_ENABLED(CONFIG_PULSE_RANDOM_FAULTS)) {
		pulse_random_faults_print();
	}
	if (IS_ENABLED(CONFIG_THREAD_ANALYZER)) {
		thread_analyzer_print();
	}
	/* Two lines: native_sim's console breaks one of 255 characters. */
	printk("HEALTH acc_returns=%u stack_sampling=%u stack_inference=%u stack_work=%u "
	       "stack_sensors=%u\n",
	       acc.returns,
	       CONFIG_PULSE_SAMPLING_STACK_SIZE - (unsigned int)pulse_acquire_stack_left(),
	       CONFIG_PULSE_INFERENCE_STACK_SIZE - (unsigned int)pulse_infer_stack_left(),
	       CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE - (unsigned int)work_left,
	       CONFIG_PULSE_PPG_STACK_SIZE - (unsigned int)sensors_left);
	printk("END hops=%u inferences=%u shed=%u misses=%u worst_us=%u latency_us=%u ppg=%u "
	       "acc=%u "
	       "ppg_lost=%u acc_lost=%u "
	       "overflows=%u bus_errors=%u lost_interrupts=%u recoveries=%u led_ua=%d wakes=%u\n",
	       schedule.hops, schedule.inferences, schedule.shed, schedule.misses,
	       schedule.worst_response_us, pulse_latency_worst_us(), acquired.ppg_samples,
	       acquired.acc_samples, chip.lost, pulse_accelerometer_lost(), chip.overflows,
	       chip.bus_errors, chip.lost_interrupts, chip.recoveries,
	       (int)pulse_config_get(PULSE_CONFIG_LED_UA), pulse_motion_count());
}

/* The emulated chip's oscillator is the recording's, whatever devicetree says. */
static int tune_sensors(void)
{
	uint32_t measured = ppg_feed.file.replay.period_ns[0];
	struct sensor_value period = {
		.val1 = IS_ENABLED(CONFIG_PULSE_FAULTS) ? pulse_faults_period_ns(measured)
							: measured,
	};
	struct pulse_ppg_info info;
	int ret = sensor_attr_set(DEVICE_DT_GET(PPG_NODE), SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PERIOD,
				  &period);

	pulse_ppg_info(DEVICE_DT_GET(PPG_NODE), &info);
	more_bits = info.bits - PULSE_PPG_BITS;

	return ret == 0 ? pulse_latency_start() : ret;
}

static void start(void)
{
	int64_t first_us = MIN(due_us(&ppg_feed), due_us(&acc_feed));
	int64_t start_us = k_ticks_to_us_floor64(k_uptime_ticks()) + LEAD_US;

	pulse_clock_set(first_us, start_us);
	pulse_led_trace_start();
	k_timer_start(&feeder, K_TIMEOUT_ABS_US(start_us), K_NO_WAIT);
}

static int play(const char *path)
{
	int ret = open_feed(path, &ppg_feed);

	if (ret == 0) {
		ret = open_feed(path, &acc_feed);
	}
	if (ret == 0 && IS_ENABLED(CONFIG_PULSE_FAULTS)) {
		ret = pulse_faults_open(path);
	}
	if (ret != 0) {
		return ret;
	}
	ret = tune_sensors();
	if (ret != 0) {
		printk("ERROR %s: the emulated sensors do not answer\n", path);
		return ret;
	}
	start();
	k_sem_take(&ended, K_FOREVER);
	k_sleep(DRAIN);
	(void)pulse_infer_flush(K_FOREVER);
	if (ppg_feed.more < 0) {
		return pulse_replay_file_fail(&ppg_feed.file, path);
	}
	print_end();
	return 0;
}

static int run(const char *path)
{
	atomic_set(&phase, PULSE_REPLAY_RUNNING);

	int ret = play(path);

	pulse_replay_file_close(&ppg_feed.file);
	pulse_replay_file_close(&acc_feed.file);
	atomic_set(&phase, ret == 0 ? PULSE_REPLAY_ENDED : PULSE_REPLAY_FAILED);
	return ret;
}

void pulse_replay_run(void)
{
	const char *path = pulse_host_file();

	if (!IS_ENABLED(CONFIG_PULSE_SHELL) || path[0] != '\0') {
		pulse_host_exit(run(path) == 0 ? 0 : 1);
	}
	for (;;) {
		k_sem_take(&asked, K_FOREVER);
		(void)run(asked_path);
	}
}

int pulse_replay_start(const char *path)
{
	if (strlen(path) >= sizeof(asked_path)) {
		return -ENAMETOOLONG;
	}
	if (atomic_get(&phase) == PULSE_REPLAY_RUNNING || k_sem_count_get(&asked) > 0) {
		return -EBUSY;
	}
	strcpy(asked_path, path);
	k_sem_give(&asked);
	return 0;
}

enum pulse_replay_phase pulse_replay_phase(void)
{
	return atomic_get(&phase);
}
