/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording through a real board: samples go into the aligner with the recording's own times, as
 * fast as the line brings them. Threads, queue, deadline and channel are the product's; drivers and
 * sensors are not in it.
 */
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include <pulse/align.h>

#include "estimation/infer.h"
#include "host.h"
#include "replay.h"
#include "replay_file.h"

static struct pulse_replay_file file;
static struct pulse_align align;
static uint32_t samples[2]; /* ACC, PPG */

static void feed(const struct pulse_replay_sample *sample)
{
	static struct pulse_hop hop; /* 0.7 kB off the stack */

	if (sample->is_ppg) {
		pulse_align_leds(&align, sample->t_us, sample->ppg, PULSE_REPLAY_LEDS);
	} else {
		pulse_align_acc(&align, sample->t_us, sample->acc);
	}
	samples[sample->is_ppg]++;
	while (pulse_align_take(&align, &hop)) {
		pulse_infer_submit(&hop, true);
	}
}

static void print_end(void)
{
	struct pulse_schedule schedule;

	pulse_infer_schedule(&schedule);
	printk("END hops=%u shed=%u misses=%u worst_us=%u ppg=%u acc=%u stack_inference=%u\n",
	       schedule.hops, schedule.shed, schedule.misses, schedule.worst_response_us,
	       samples[1], samples[0],
	       CONFIG_PULSE_INFERENCE_STACK_SIZE - (unsigned int)pulse_infer_stack_left());
}

void pulse_replay_run(void)
{
	struct pulse_replay_sample sample;
	const char *path = pulse_host_file();
	int more;

	/* Below the inference: a hop is done, and its line printed, before more is asked for. */
	k_thread_priority_set(k_current_get(), CONFIG_PULSE_INFERENCE_PRIORITY + 1);
	pulse_align_init(&align);
	if (pulse_replay_file_open(&file, path) != 0) {
		pulse_host_exit(1);
	}
	while ((more = pulse_replay_next(&file.replay, &sample)) > 0) {
		feed(&sample);
	}
	if (more < 0) {
		(void)pulse_replay_file_fail(&file, path);
		pulse_host_exit(1);
	}
	(void)pulse_infer_flush(K_FOREVER);
	print_end();
	pulse_host_exit(0);
}
