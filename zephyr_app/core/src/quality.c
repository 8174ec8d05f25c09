/* SPDX-License-Identifier: Apache-2.0 */
#include "quality.h"

#include "pulse_config.h"

bool pulse_quality_contact(const struct pulse_hop *hop)
{
	return PULSE_DARK_ONE_IN * hop->dark <= hop->samples;
}

uint16_t pulse_quality_stays(uint16_t valid_q15)
{
	return valid_q15 < PULSE_CONFIDENCE_STAYS_VALID ? valid_q15 : PULSE_CONFIDENCE_STAYS_VALID;
}

uint16_t pulse_quality_threshold(uint16_t valid_q15, int32_t bpm_q8, int32_t before_q8,
				 bool before_valid)
{
	int32_t step = bpm_q8 - before_q8;
	bool stays = before_valid && step <= PULSE_VALID_STEP_Q8 && step >= -PULSE_VALID_STEP_Q8;

	return stays ? pulse_quality_stays(valid_q15) : valid_q15;
}

enum pulse_state pulse_quality_unsure(bool at_rest, bool doubted, bool gathered)
{
	if (!at_rest) {
		return PULSE_MOTION_UNCERTAIN;
	}
	return gathered && !doubted ? PULSE_RATE_UNCERTAIN : PULSE_NO_PULSE;
}

const char *pulse_state_name(uint8_t state)
{
	static const char *const names[] = {
		[PULSE_ACQUIRING] = "acquiring",
		[PULSE_VALID] = "valid",
		[PULSE_MOTION_UNCERTAIN] = "motion-uncertain",
		[PULSE_NO_CONTACT] = "no-contact",
		[PULSE_NO_PULSE] = "no-pulse",
		[PULSE_STALE] = "stale",
		[PULSE_RATE_UNCERTAIN] = "rate-uncertain",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}
