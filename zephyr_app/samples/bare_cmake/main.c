/* SPDX-License-Identifier: Apache-2.0 */
/* A third party's program: samples in, heart rate out. */
#include <stdio.h>

#include <pulse/align.h>
#include <pulse/estimator.h>

#include "../synthetic_wrist.h"

#define SECONDS 30

static struct pulse_align align;
static struct pulse_estimator estimator;
static struct pulse_hop hop;

int main(void)
{
	const int16_t rest[3] = {0, 0, PULSE_ACC_LSB_PER_G};

	pulse_align_init(&align);
	pulse_estimator_init(&estimator);
	for (int64_t t_us = 0; t_us < SECONDS * 1000000LL; t_us += WRIST_PPG_US) {
		pulse_align_acc(&align, t_us, rest);
		pulse_align_ppg(&align, t_us, wrist_ppg(t_us));
		while (pulse_align_take(&align, &hop)) {
			struct pulse_result result;
			char line[PULSE_RESULT_TEXT];

			(void)pulse_estimator_hop(&estimator, &hop, &result);
			pulse_result_text(&result, line);
			puts(line);
		}
	}
	puts("DONE");
	return 0;
}
