/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints, for each hop of a `.pulse` file on which the network runs, the hop's number and a hash of
 * what the network sees: for tests/python/core.
 */
#include <pulse/align.h>
#include <pulse/estimator.h>
#include <pulse/replay.h>
#include <pulse/text.h>

#include "platform.h"

static struct pulse_replay replay;
static struct pulse_align align;
static struct pulse_estimator estimator;

static void one_hop(const struct pulse_hop *hop)
{
	struct pulse_result result;
	char line[64];
	struct pulse_text text = pulse_text_in(line, sizeof(line));
	uint32_t h = 2166136261u; /* FNV-1a */

	if (pulse_estimator_hop(&estimator, hop, &result) == 0) {
		return;
	}
#ifdef PULSE_FRONT_END_SPECTRUM
	int8_t input[PULSE_MODEL_INPUT_SIZE];

	pulse_spectrum_input(&estimator.spectrum, 0, input);
#else
	const int8_t *input = estimator.input[0];
#endif
	for (int i = 0; i < PULSE_MODEL_INPUT_SIZE; i++) {
		h = (h ^ (uint8_t)input[i]) * 16777619u;
	}
	pulse_text_int(&text, result.hop);
	pulse_text_add(&text, " ");
	pulse_text_int(&text, h);
	platform_line(line);
}

int program(void)
{
	struct pulse_replay_sample sample;
	struct pulse_hop hop;
	const char *path = platform_argument();
	int handle = platform_open(path);
	int more;

	if (handle < 0 || pulse_replay_open(&replay, platform_read, &handle) != 0) {
		return 1;
	}
	pulse_align_init(&align);
	pulse_estimator_init(&estimator);
	while ((more = pulse_replay_next(&replay, &sample)) > 0) {
		if (sample.is_ppg) {
			pulse_align_ppg(&align, sample.t_us, sample.ppg[0]);
		} else {
			pulse_align_acc(&align, sample.t_us, sample.acc);
		}
		while (pulse_align_take(&align, &hop)) {
			one_hop(&hop);
		}
	}
	return more != 0;
}
