/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power policy: on a wrist at rest with a rate that is well known, the network runs on every
 * second or third hop only, and the LED may be dimmed; motion ends that with the hop that holds it
 * (docs/signal_path.md, section 9). Off unless pulse_estimator.policy.on is set.
 */
#ifndef PULSE_POLICY_H_
#define PULSE_POLICY_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A row holds from so many calm hops in a row on. */
struct pulse_policy_row {
	uint16_t calm_hops;
	uint8_t every;     /* hops to a run of the network */
	uint8_t led_shift; /* LED current is the user's >> led_shift */
};

struct pulse_policy {
	bool on;       /* the caller's to set, at any time between hops */
	uint8_t since; /* hops since the network ran, that one included */
	uint16_t calm; /* hops in a row, saturates */
};

/** Nothing is known: every hop runs. Keeps `on`. */
void pulse_policy_reset(struct pulse_policy *policy);

/** The row in force. */
const struct pulse_policy_row *pulse_policy_row(const struct pulse_policy *policy);

/** Before a hop's inference: whether to do without it. moving: within this hop. */
bool pulse_policy_skips(struct pulse_policy *policy, bool moving);

/** After it: what it found. */
void pulse_policy_note(struct pulse_policy *policy, bool valid, uint16_t confidence_q15,
		       bool moving);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_POLICY_H_ */
