/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two seconds of a wrist cost, part by part, on the bare-metal platform: a made-up pulse and
 * swing with noise, sampled at 25, 50 and 100 Hz, through aligner, window, front end, network and
 * tracker; and the memory that it takes.
 */
#include <pulse/align.h>
#include <pulse/estimator.h>

#include "platform.h"
#include "print.h"

#define HOPS 8 /* four until the first result, and some more */

static const uint32_t period_us[] = {40000, 20000, 10000}; /* of both sensors */

static struct pulse_align align;
static struct pulse_estimator estimator;
static struct pulse_hop hop;
static struct pulse_moments moments;
static struct pulse_estimate estimate;
static int8_t logits[PULSE_MODEL_OUTPUT_SIZE];

/* Of -amplitude .. amplitude, with `period` samples to a turn. */
static int32_t triangle(uint32_t n, uint32_t period, int32_t amplitude)
{
	int32_t phase = (int32_t)(n % period) * 4 * amplitude / (int32_t)period;

	return phase < 2 * amplitude ? phase - amplitude : 3 * amplitude - phase;
}

/* One sample of both sensors; adds what taking it costs. @return whether a hop is complete */
static bool sample(int64_t t_us, uint32_t *instructions)
{
	static uint32_t noise = 1;
	uint32_t n = (uint32_t)t_us / 10000;
	int16_t xyz[3];
	uint32_t counts[PULSE_LEDS], before;
	bool complete;

	noise = noise * 1664525u + 1013904223u;
	for (uint32_t i = 0; i < 3; i++) {
		xyz[i] = (int16_t)(triangle(n, 53 + 7 * i, 900) + (int32_t)(noise >> (24 - i)) +
				   (i == 2 ? PULSE_ACC_LSB_PER_G : 0));
	}
	for (uint32_t led = 0; led < PULSE_LEDS; led++) {
		counts[led] = (uint32_t)(90000 + triangle(n, 71, 700) +
					 (int32_t)(noise >> 24 ^ 37 * led));
	}
	before = platform_counter();
	pulse_align_leds(&align, t_us, counts, PULSE_LEDS);
	pulse_align_acc(&align, t_us, xyz);
	complete = pulse_align_take(&align, &hop);
	*instructions += platform_instructions_between(before, platform_counter());
	return complete;
}

/* Parts of pulse_estimator_hop, one by one, again on the state that it left. */
static void parts(void)
{
	struct pulse_window *window = &estimator.window;
	uint32_t t[5];

	t[0] = platform_counter();
	pulse_window_push(window, &hop);
	moments = pulse_window_moments(window);
	t[1] = platform_counter();
#ifdef PULSE_FRONT_END_SPECTRUM
	int8_t *input = (int8_t *)estimator.work.arena + PULSE_MODEL_INPUT_OFFSET;

	pulse_spectrum_motion(&estimator.spectrum, window, &moments, &estimator.work.spectrum);
	pulse_spectrum_light(&estimator.spectrum, 0, window, &moments, false,
			     &estimator.work.spectrum);
	pulse_spectrum_input(&estimator.spectrum, 0, input);
#else
	int8_t *input = estimator.input[0];

	pulse_window_quantise(window, &moments, estimator.work.ppg, input);
#endif
	t[2] = platform_counter();
	pulse_model_run(input, logits, estimator.work.arena);
	t[3] = platform_counter();
	pulse_track_predict(&estimator.track);
	estimate = pulse_track_update(&estimator.track, logits);
	t[4] = platform_counter();

	print("WINDOW", platform_instructions_between(t[0], t[1]));
	print("FRONT_END", platform_instructions_between(t[1], t[2]));
	print("NETWORK", platform_instructions_between(t[2], t[3]));
	print("TRACKER", platform_instructions_between(t[3], t[4]));
}

/* @return instructions of the aligner for the last of several hops */
static uint32_t hops_at(uint32_t period, struct pulse_result *result, uint32_t *whole)
{
	uint32_t aligning = 0;
	int64_t t_us = 0;

	pulse_align_init(&align);
	pulse_estimator_init(&estimator);
	for (int hops = 0; hops < HOPS; hops++) {
		for (aligning = 0; !sample(t_us, &aligning); t_us += period) {
		}
		t_us += period;

		uint32_t before = platform_counter();

		pulse_estimator_hop(&estimator, &hop, result);
		*whole = platform_instructions_between(before, platform_counter());
	}
	return aligning;
}

int program(void)
{
	struct pulse_result result = {.state = PULSE_ACQUIRING};
	uint32_t whole = 0;

	for (unsigned int rate = 0; rate < sizeof(period_us) / sizeof(period_us[0]); rate++) {
		print("ALIGNMENT", hops_at(period_us[rate], &result, &whole));
	}
	parts();
	print("ESTIMATOR", whole);
	print("STACK", platform_stack());
	print("MEMORY", (uint32_t)(sizeof(align) + sizeof(estimator)));
	print("WRONG", result.state == PULSE_ACQUIRING || result.bpm_q8 == 0);
	return 0;
}
