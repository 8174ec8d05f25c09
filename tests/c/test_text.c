/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pulse/result.h>
#include <pulse/text.h>

#include "check.h"

static void numbers_are_written_in_full(void)
{
	char buffer[64];
	struct pulse_text text = pulse_text_in(buffer, sizeof(buffer));

	pulse_text_int(&text, 0);
	pulse_text_add(&text, " ");
	pulse_text_int(&text, INT64_MIN);
	pulse_text_add(&text, " ");
	pulse_text_int(&text, INT64_MAX);
	CHECK(strcmp(buffer, "0 -9223372036854775808 9223372036854775807") == 0);
}

static void what_does_not_fit_is_left_out(void)
{
	char buffer[5];
	struct pulse_text text = pulse_text_in(buffer, sizeof(buffer));

	CHECK(strcmp(buffer, "") == 0);
	pulse_text_add(&text, "abc");
	pulse_text_add(&text, "def");
	CHECK(strcmp(buffer, "abcd") == 0);
}

static void the_longest_result_fits(void)
{
	const struct pulse_result longest = {
		.time_us = INT64_MIN,
		.hop = UINT32_MAX,
		.bpm_q8 = INT32_MIN,
		.confidence_q15 = UINT16_MAX,
		.state = PULSE_MOTION_UNCERTAIN,
		.gaps = UINT32_MAX,
	};
	char line[PULSE_RESULT_TEXT];

	pulse_result_text(&longest, line);
	CHECK(strcmp(line, "HOP 4294967295 t_us=-9223372036854775808 bpm_q8=-2147483648 "
			   "conf_q15=65535 state=motion-uncertain gaps=4294967295") == 0);
}

static void states_have_their_names(void)
{
	CHECK(strcmp(pulse_state_name(PULSE_ACQUIRING), "acquiring") == 0);
	CHECK(strcmp(pulse_state_name(PULSE_VALID), "valid") == 0);
	CHECK(strcmp(pulse_state_name(PULSE_NO_CONTACT), "no-contact") == 0);
	CHECK(strcmp(pulse_state_name(PULSE_NO_PULSE), "no-pulse") == 0);
	CHECK(strcmp(pulse_state_name(PULSE_RATE_UNCERTAIN), "rate-uncertain") == 0);
	CHECK(strcmp(pulse_state_name(PULSE_STALE), "stale") == 0);
	CHECK(strcmp(pulse_state_name(PULSE_RATE_UNCERTAIN + 1), "unknown") == 0);
}

int main(void)
{
	numbers_are_written_in_full();
	what_does_not_fit_is_left_out();
	the_longest_result_fits();
	states_have_their_names();
	return CHECK_STATUS();
}
