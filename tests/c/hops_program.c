/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what the aligner makes of a `.pulse` file, a line a hop, with a hash of its frames: for
 * tests/python/core. An argument "batch:<path>" hands each channel's samples over late, in batches
 * of a quarter of a second, as FIFOs do.
 */
#include <string.h>

#include <pulse/align.h>
#include <pulse/replay.h>
#include <pulse/text.h>

#include "platform.h"

#define BATCH    64
#define BATCH_US 250000

static struct pulse_replay replay;
static struct pulse_align align;
static struct pulse_replay_sample held[2][BATCH];
static int holding[2];

/* FNV-1a over 32-bit words. */
static uint32_t hash(uint32_t h, uint32_t word)
{
	return (h ^ word) * 16777619u;
}

static void print_hops(void)
{
	struct pulse_hop hop;
	char line[160];

	while (pulse_align_take(&align, &hop)) {
		struct pulse_text text = pulse_text_in(line, sizeof(line));
		uint32_t h = 2166136261u;

		for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
			h = hash(h, (uint32_t)hop.ppg[i]);
			for (int axis = 0; axis < 3; axis++) {
				h = hash(h, (uint32_t)hop.acc[i][axis]);
			}
		}
		const int64_t values[] = {hop.end_us,    hop.discontinuous, hop.samples,
					  hop.saturated, hop.dark,          h};

		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			pulse_text_int(&text, values[i]);
			pulse_text_add(&text, " ");
		}
		platform_line(line);
	}
}

static void push(const struct pulse_replay_sample *sample)
{
	if (sample->is_ppg) {
		pulse_align_ppg(&align, sample->t_us, sample->ppg[0]);
	} else {
		pulse_align_acc(&align, sample->t_us, sample->acc);
	}
	print_hops();
}

static void release(int channel)
{
	for (int i = 0; i < holding[channel]; i++) {
		push(&held[channel][i]);
	}
	holding[channel] = 0;
}

static void release_old(int64_t now_us, int64_t age_us)
{
	for (int channel = 0; channel < 2; channel++) {
		int64_t age = now_us - held[channel][0].t_us;

		if (holding[channel] == BATCH || age >= age_us || age < 0) {
			release(channel);
		}
	}
}

int program(void)
{
	struct pulse_replay_sample sample;
	const char *path = platform_argument();
	bool batch = strncmp(path, "batch:", 6) == 0;
	int handle = platform_open(batch ? path + 6 : path);

	if (handle < 0 || pulse_replay_open(&replay, platform_read, &handle) != 0) {
		return 1;
	}
	pulse_align_init(&align);
	while (pulse_replay_next(&replay, &sample) > 0) {
		int channel = sample.is_ppg;

		held[channel][holding[channel]++] = sample;
		release_old(sample.t_us, batch ? BATCH_US : 0);
	}
	release(0);
	release(1);
	return 0;
}
