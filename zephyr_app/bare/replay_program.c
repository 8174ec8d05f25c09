/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays a `.pulse` file through the core as the sensors would have delivered it, sample by sample
 * in the order of time, and prints one line a hop. The same program on QEMU's Cortex-M4 and on the
 * host. With PULSE_SMOOTH_HOPS, a line LATE HOP ... follows for each hop when its smoothed result
 * is known.
 */
#include <pulse/align.h>
#include <pulse/estimator.h>
#include <pulse/replay.h>
#ifdef PULSE_SMOOTH_HOPS
#include <pulse/smooth.h>
#endif
#include <pulse/text.h>

#include "platform.h"

#define LINE 256

/* 1: with the power policy. */
#ifndef PULSE_POLICY
#define PULSE_POLICY 0
#endif

enum status {
	STATUS_OK,
	STATUS_BAD_FILE
};

static struct pulse_replay replay;
static struct pulse_align align;
static struct pulse_estimator estimator;
static struct pulse_hop hop;

/* Instructions: of making all hops, and of the dearest hop through the estimator. */
static uint64_t aligning;
static uint32_t dearest;
static uint32_t inferences;

static enum status bad_file(const char *path, const struct pulse_replay_error *error)
{
	char line[LINE];
	struct pulse_text text = pulse_text_in(line, sizeof(line));

	pulse_text_add(&text, "ERROR ");
	pulse_text_add(&text, path);
	if (error == NULL) {
		pulse_text_add(&text, ": expected a readable .pulse file, found none");
	} else {
		pulse_text_add(&text, ": chunk ");
		pulse_text_int(&text, error->chunk);
		pulse_text_add(&text, ": ");
		pulse_text_add(&text, error->field);
		pulse_text_add(&text, ": expected ");
		pulse_text_int(&text, error->expected);
		pulse_text_add(&text, ", found ");
		pulse_text_int(&text, error->found);
	}
	platform_line(line);
	return STATUS_BAD_FILE;
}

#ifdef PULSE_SMOOTH_HOPS
static struct pulse_smooth smooth;

static void print_late(const struct pulse_result *late)
{
	char line[PULSE_RESULT_TEXT];
	char prefixed[PULSE_RESULT_TEXT + 8];
	struct pulse_text text = pulse_text_in(prefixed, sizeof(prefixed));

	pulse_result_text(late, line);
	pulse_text_add(&text, "LATE ");
	pulse_text_add(&text, line);
	platform_line(prefixed);
}
#endif

static void one_hop(void)
{
	struct pulse_result result;
	char line[PULSE_RESULT_TEXT];
	uint32_t before = platform_counter();
	int runs = pulse_estimator_hop(&estimator, &hop, &result);
	uint32_t cost = platform_instructions_between(before, platform_counter());

	dearest = cost > dearest ? cost : dearest;
	inferences += (uint32_t)runs;
	pulse_result_text(&result, line);
	platform_line(line);
#ifdef PULSE_SMOOTH_HOPS
	struct pulse_result late;

	if (pulse_smooth_hop(&smooth, &estimator, runs, &result, &late)) {
		print_late(&late);
	}
#endif
}

static void one_sample(const struct pulse_replay_sample *sample)
{
	uint32_t before = platform_counter();
	bool complete;

	if (sample->is_ppg) {
		pulse_align_leds(&align, sample->t_us, sample->ppg, PULSE_REPLAY_LEDS);
	} else {
		pulse_align_acc(&align, sample->t_us, sample->acc);
	}
	complete = pulse_align_take(&align, &hop);
	aligning += platform_instructions_between(before, platform_counter());
	while (complete) {
		one_hop();
		complete = pulse_align_take(&align, &hop);
	}
}

/* One inference on whatever is in memory: its cost hardly depends on the values. */
static uint32_t model_cost(void)
{
	uint32_t before = platform_counter();

#ifdef PULSE_FRONT_END_SPECTRUM
	const int8_t *input = (const int8_t *)estimator.work.arena + PULSE_MODEL_INPUT_OFFSET;
#else
	const int8_t *input = estimator.input[0];
#endif

	pulse_model_run(input, estimator.logits, estimator.work.arena);
	return platform_instructions_between(before, platform_counter());
}

static void summary(void)
{
	char line[LINE];
	struct pulse_text text = pulse_text_in(line, sizeof(line));
	uint32_t hops = estimator.hops;

	pulse_text_add(&text, "END hops=");
	pulse_text_int(&text, hops);
	pulse_text_add(&text, " gaps=");
	pulse_text_int(&text, estimator.gaps);
	pulse_text_add(&text, " instr_per_hop=");
	pulse_text_int(&text, dearest);
	pulse_text_add(&text, " instr_model=");
	pulse_text_int(&text, model_cost());
	pulse_text_add(&text, " stack=");
	pulse_text_int(&text, platform_stack());
	pulse_text_add(&text, " instr_align=");
	pulse_text_int(&text, hops != 0 ? (int64_t)(aligning / hops) : 0);
	pulse_text_add(&text, " inferences=");
	pulse_text_int(&text, inferences);
	platform_line(line);
}

int program(void)
{
	struct pulse_replay_sample sample;
	const char *path = platform_argument();
	int handle = platform_open(path);
	int more;

	if (handle < 0) {
		return bad_file(path, NULL);
	}
	pulse_align_init(&align);
	pulse_estimator_init(&estimator);
#ifdef PULSE_SMOOTH_HOPS
	pulse_smooth_init(&smooth);
#endif
	estimator.policy.on = PULSE_POLICY;
	more = pulse_replay_open(&replay, platform_read, &handle);
	while (more >= 0) {
		more = pulse_replay_next(&replay, &sample);
		if (more <= 0) {
			break;
		}
		one_sample(&sample);
	}
	if (more < 0) {
		return bad_file(path, &replay.error);
	}
#ifdef PULSE_SMOOTH_HOPS
	struct pulse_result late;

	while (pulse_smooth_drain(&smooth, &late)) {
		print_late(&late);
	}
#endif
	summary();
	return STATUS_OK;
}
