/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 9. */
#include <pulse/policy.h>

#define CALM_Q15 29491 /* confidence of 0.9 */

static const struct pulse_policy_row table[] = {
	{.calm_hops = 0, .every = 1, .led_shift = 0},
	{.calm_hops = 5, .every = 2, .led_shift = 0},
	{.calm_hops = 15, .every = 4, .led_shift = 1},
};

#define ROWS (sizeof(table) / sizeof(table[0]))

void pulse_policy_reset(struct pulse_policy *policy)
{
	policy->calm = 0;
	policy->since = 0;
}

const struct pulse_policy_row *pulse_policy_row(const struct pulse_policy *policy)
{
	unsigned int row = 0;

	while (policy->on && row + 1 < ROWS && policy->calm >= table[row + 1].calm_hops) {
		row++;
	}
	return &table[row];
}

static void count_calm(struct pulse_policy *policy)
{
	policy->calm += policy->calm < UINT16_MAX;
}

bool pulse_policy_skips(struct pulse_policy *policy, bool moving)
{
	if (moving) {
		policy->calm = 0;
	}
	if (policy->since == 0 || policy->since >= pulse_policy_row(policy)->every) {
		return false;
	}
	policy->since++;
	count_calm(policy);
	return true;
}

void pulse_policy_note(struct pulse_policy *policy, bool valid, uint16_t confidence_q15,
		       bool moving)
{
	policy->since = 1;
	if (valid && confidence_q15 >= CALM_Q15 && !moving) {
		count_calm(policy);
	} else {
		policy->calm = 0;
	}
}
