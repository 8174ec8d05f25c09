/* SPDX-License-Identifier: Apache-2.0 */
/* States and counters, whatever the network: docs/signal_path.md, section 8. */
#include <string.h>

#include <pulse/estimator.h>

#include "check.h"

static struct pulse_estimator estimator;
static struct pulse_result result;
static int64_t now_us;
static int ran;

static struct pulse_hop next_hop(void)
{
	struct pulse_hop hop = {.end_us = now_us += PULSE_HOP_US, .samples = 128};

	for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
		hop.ppg[i] = 1600000 + 4000 * (i % 24);
		hop.acc[i][2] = PULSE_ACC_LSB_PER_G;
	}
	return hop;
}

static void give(const struct pulse_hop *hop)
{
	ran = pulse_estimator_hop(&estimator, hop, &result);
}

static void give_good(int hops)
{
	while (hops-- > 0) {
		struct pulse_hop hop = next_hop();

		give(&hop);
	}
}

static void start(void)
{
	memset(&result, 0xff, sizeof(result));
	pulse_estimator_init(&estimator);
}

static bool estimates(void)
{
	return result.state == PULSE_VALID || result.state == PULSE_NO_PULSE ||
	       result.state == PULSE_RATE_UNCERTAIN || result.state == PULSE_MOTION_UNCERTAIN;
}

static void the_first_result_comes_with_the_fourth_hop(void)
{
	start();
	for (uint32_t n = 0; n < 3; n++) {
		give_good(1);
		CHECK(result.state == PULSE_ACQUIRING && ran == 0);
		CHECK(result.bpm_q8 == 0 && result.confidence_q15 == 0);
		CHECK(result.hop == n && result.time_us == now_us && result.gaps == 0);
	}
	give_good(1);
	CHECK(estimates() && ran == 1);
	CHECK(result.bpm_q8 >= 30 * 256 && result.bpm_q8 <= 224 * 256);
	CHECK(result.confidence_q15 <= 32768 && result.hop == 3);
}

static void a_discontinuous_hop_starts_afresh(void)
{
	struct pulse_hop hop;

	start();
	give_good(5);
	hop = next_hop();
	hop.discontinuous = true;
	give(&hop);
	CHECK(result.state == PULSE_ACQUIRING && result.gaps == 1);
	give_good(2);
	CHECK(result.state == PULSE_ACQUIRING);
	give_good(1);
	CHECK(estimates() && result.gaps == 1);
}

static void a_shed_hop_is_a_gap(void)
{
	start();
	give_good(5);
	(void)next_hop();
	give_good(1);
	CHECK(result.state == PULSE_ACQUIRING && result.gaps == 1 && result.hop == 5);
}

static void lost_contact_is_said_at_once(void)
{
	struct pulse_hop hop;

	start();
	give_good(5);
	hop = next_hop();
	hop.dark = hop.samples / 4;
	give(&hop);
	CHECK(estimates()); /* a quarter is allowed */
	hop = next_hop();
	hop.dark = hop.samples / 4 + 1;
	give(&hop);
	CHECK(result.state == PULSE_NO_CONTACT && ran == 0);
	CHECK(result.bpm_q8 == 0 && result.confidence_q15 == 0 && result.gaps == 0);
	give_good(3);
	CHECK(result.state == PULSE_ACQUIRING);
	give_good(1);
	CHECK(estimates());
}

static void estimators_do_not_share_state(void)
{
	static struct pulse_estimator other;
	struct pulse_result alone;
	struct pulse_result beside;

	start();
	now_us = 0;
	give_good(6);
	alone = result;
	start();
	now_us = 0;
	pulse_estimator_init(&other);
	for (int n = 0; n < 6; n++) {
		struct pulse_hop hop = next_hop();

		give(&hop);
		hop.ppg[n] = 0;
		hop.discontinuous = n % 2 == 0;
		pulse_estimator_hop(&other, &hop, &beside);
	}
	CHECK(result.bpm_q8 == alone.bpm_q8 && result.confidence_q15 == alone.confidence_q15);
}

int main(void)
{
	the_first_result_comes_with_the_fourth_hop();
	a_discontinuous_hop_starts_afresh();
	a_shed_hop_is_a_gap();
	lost_contact_is_said_at_once();
	estimators_do_not_share_state();
	return CHECK_STATUS();
}
