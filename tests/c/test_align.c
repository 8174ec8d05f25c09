/* SPDX-License-Identifier: Apache-2.0 */
/* What the comparison with training (tests/python/core) cannot reach: broken clocks, dead channels.
 */
#include <pulse/align.h>

#include "check.h"

#define SECOND 1000000

static struct pulse_align align;
static struct pulse_hop hop;
static int hops;

static void take_all(void)
{
	while (pulse_align_take(&align, &hop)) {
		hops++;
	}
}

static void start(void)
{
	pulse_align_init(&align);
	hops = 0;
}

/* Both channels at 100 Hz from start_us for some time, constant. */
static void feed(int64_t start_us, int64_t duration_us, uint32_t counts, const int16_t xyz[3])
{
	for (int64_t t = start_us; t < start_us + duration_us; t += 10000) {
		pulse_align_ppg(&align, t, counts);
		take_all();
		pulse_align_acc(&align, t, xyz);
		take_all();
	}
}

static const int16_t tilted[3] = {1000, -2000, 32767};

static void a_constant_stays_exact(void)
{
	start();
	feed(123, 3 * SECOND, 2 * PULSE_PPG_MAX, tilted); /* beyond full scale: saturates */
	CHECK(hops == 1);
	CHECK(hop.end_us % PULSE_FRAME_US == 0);
	CHECK(!hop.discontinuous);
	CHECK(hop.samples == 200 && hop.saturated == 200 && hop.dark == 0);
	for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
		CHECK(hop.ppg[i] == PULSE_PPG_MAX << PULSE_PPG_FRACTION);
		CHECK(hop.acc[i][0] == 1000 && hop.acc[i][1] == -2000 && hop.acc[i][2] == 32767);
	}
}

static void a_hop_comes_as_soon_as_it_can(void)
{
	start();
	feed(0, 125000 + PULSE_HOP_US + 125000 - PULSE_FRAME_US, 1000, tilted);
	CHECK(hops == 0);
	feed(125000 + PULSE_HOP_US + 125000 - PULSE_FRAME_US + 1250, 10000, 1000, tilted);
	CHECK(hops == 1);
	CHECK(hop.end_us == 125000 + PULSE_HOP_US);
	CHECK(hop.dark == hop.samples);
}

static void a_clock_set_back_is_a_gap(void)
{
	start();
	feed(1000 * (int64_t)SECOND, 5 * SECOND, 100000, tilted);
	CHECK(hops == 2);
	feed(0, 5 * SECOND, 100000, tilted);
	CHECK(hops == 4);
	CHECK(hop.end_us == 125000 + 2 * PULSE_HOP_US && !hop.discontinuous);
	feed(7 * SECOND, 3 * SECOND, 100000, tilted);
	CHECK(hops == 5);
	CHECK(hop.discontinuous && hop.end_us == 7 * SECOND + 125000 + PULSE_HOP_US);
}

/* A pause after which the lower 32 bits of the times go on as before. */
static void a_pause_of_a_turn_of_32_bits_is_a_gap(void)
{
	const int64_t turn = (int64_t)1 << 32;

	start();
	feed(0, 5 * SECOND, 100000, tilted);
	CHECK(hops == 2);
	feed(turn + 5 * SECOND, 5 * SECOND, 100000, tilted);
	CHECK(hops == 4);
	CHECK(hop.end_us > turn + 2 * PULSE_HOP_US && !hop.discontinuous);
}

static void a_dead_channel_stops_hops_until_it_returns(void)
{
	start();
	feed(0, 3 * SECOND, 100000, tilted);
	for (int64_t t = 3 * SECOND; t < 60 * SECOND; t += 10000) {
		pulse_align_ppg(&align, t, 100000);
		take_all();
	}
	CHECK(hops == 1);
	feed(60 * SECOND, 5 * SECOND, 100000, tilted);
	CHECK(hops == 3);
	CHECK(!hop.discontinuous); /* the one before was */
	CHECK(hop.end_us == 60 * SECOND + 125000 + 2 * PULSE_HOP_US);
}

/* ACC comes in order and without a gap, but so late that PPG samples it needed are gone. */
static void a_channel_too_far_ahead_is_a_gap(void)
{
	start();
	for (int64_t t = 0; t < 20 * SECOND; t += 10000) {
		pulse_align_ppg(&align, t, 100000);
		take_all();
		if (t >= 2 * SECOND) {
			pulse_align_acc(&align, t - 2 * SECOND, tilted);
			take_all();
		}
	}
	CHECK(hops == 0); /* never a frame from samples that are not there */
}

static void late_batches_change_nothing(void)
{
	struct pulse_hop straight;

	start();
	feed(0, 3 * SECOND, 100000, tilted);
	CHECK(hops == 1);
	straight = hop;
	start();
	for (int64_t t = 0; t < 3 * SECOND; t += 300000) {
		for (int i = 0; i < 30; i++) {
			pulse_align_acc(&align, t + 10000 * i, tilted);
			take_all();
		}
		for (int i = 0; i < 30; i++) {
			pulse_align_ppg(&align, t + 10000 * i, 100000);
			take_all();
		}
	}
	CHECK(hops == 1);
	CHECK(hop.end_us == straight.end_us && hop.samples == straight.samples);
}

static void times_may_be_anywhere(void)
{
	static const int64_t epochs[] = {-((int64_t)1 << 61), -1, 0xffffffff, (int64_t)1 << 61};

	for (int i = 0; i < 4; i++) {
		start();
		feed(epochs[i], 3 * SECOND, 100000, tilted);
		CHECK(hops == 1);
		CHECK(hop.ppg[0] == 100000 << PULSE_PPG_FRACTION);
	}
}

/* Why no hop came can be read: each gap, each sample without room, each hop given up. */
static void what_went_wrong_is_counted(void)
{
	struct pulse_align_counters counters;

	start();
	feed(0, SECOND, 100000, tilted);
	pulse_align_count(&align, &counters);
	CHECK(counters.ppg_gaps == 0 && counters.acc_gaps == 0 && counters.restarts == 0);
	CHECK(counters.ppg_dropped == 0 && counters.acc_dropped == 0);

	feed(2 * SECOND, SECOND, 100000, tilted); /* both pause for a second */
	pulse_align_count(&align, &counters);
	CHECK(counters.ppg_gaps == 1 && counters.acc_gaps == 1);
	CHECK(counters.restarts == 2); /* each channel's gap starts a grid */

	for (int i = 0; i < PULSE_ALIGN_DEPTH + 10; i++) { /* the accelerometer is silent */
		pulse_align_ppg(&align, 3 * SECOND + i * 10000, 100000);
		take_all();
	}
	pulse_align_count(&align, &counters);
	CHECK(counters.ppg_dropped >= 10 && counters.acc_dropped == 0);
	CHECK(counters.ppg_gaps == 1 &&
	      counters.acc_gaps == 1); /* a silent channel has no gap yet */

	start();
	feed(0, SECOND, 100000, tilted);
	for (int i = 0; i < PULSE_ALIGN_DEPTH + 10; i++) { /* the PPG is silent */
		pulse_align_acc(&align, SECOND + i * 10000, tilted);
		take_all();
	}
	pulse_align_count(&align, &counters);
	CHECK(counters.acc_dropped >= 10 && counters.ppg_dropped == 0);
	CHECK(counters.ppg_gaps == 0 && counters.acc_gaps == 0 && counters.restarts == 0);
}

int main(void)
{
	what_went_wrong_is_counted();
	a_constant_stays_exact();
	a_hop_comes_as_soon_as_it_can();
	a_clock_set_back_is_a_gap();
	a_pause_of_a_turn_of_32_bits_is_a_gap();
	a_dead_channel_stops_hops_until_it_returns();
	a_channel_too_far_ahead_is_a_gap();
	late_batches_change_nothing();
	times_may_be_anywhere();
	return CHECK_STATUS();
}
