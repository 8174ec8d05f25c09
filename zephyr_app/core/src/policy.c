/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 9. */
#include <pulse/policy.h>

#include <pulse/numbers.h>

static const struct pulse_policy_row rows[PULSE_POLICY_ROWS] = PULSE_POLICY_TABLE;

void pulse_policy_reset(struct pulse_policy *policy)
{
	policy->calm = 0;
	policy->since = 0;
}

const struct pulse_policy_row *pulse_policy_row(const struct pulse_policy *policy)
{
	unsigned int row = 0;

	while (policy->on && row + 1 < PULSE_POLICY_ROWS &&
	       policy->calm >= rows[row + 1].calm_hops) {
		row++;
	}
	return &rows[row];
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
	if (valid && confidence_q15 >= PULSE_CALM_Q15 && !moving) {
		count_calm(policy);
	} else {
		policy->calm = 0;
	}
}
