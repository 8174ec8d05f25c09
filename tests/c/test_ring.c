/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include "check.h"

static struct pulse_ring ring_of(const int64_t *times, int count)
{
	struct pulse_ring ring = {.head = 0};

	for (int i = 0; i < count; i++) {
		(void)pulse_ring_push(&ring, times[i]);
	}
	return ring;
}

static void gaps_end_runs(void)
{
	/* A step of 100 ms is none; one more microsecond, a time repeated and a step back are. */
	const int64_t times[] = {0, 100000, 200001, 200001, 200000, 200010};
	struct pulse_ring ring = ring_of(times, 6);

	CHECK(pulse_ring_reach(&ring, 100000) == PULSE_REACHED);
	CHECK(pulse_ring_reach(&ring, 100001) == PULSE_ENDED);
	pulse_ring_leave(&ring);
	CHECK(ring.head_us == 200001);
	CHECK(pulse_ring_reach(&ring, 200002) == PULSE_ENDED);
	pulse_ring_leave(&ring);
	CHECK(ring.head_us == 200001);
	pulse_ring_leave(&ring);
	CHECK(ring.head_us == 200000);
	CHECK(pulse_ring_reach(&ring, 200010) == PULSE_REACHED);
	CHECK(pulse_ring_reach(&ring, 200011) == PULSE_WAITING);
}

static void dropping_tells_of_gaps(void)
{
	const int64_t times[] = {0, 10, 500000};
	struct pulse_ring ring = ring_of(times, 3);

	CHECK(!pulse_ring_drop(&ring));
	CHECK(pulse_ring_drop(&ring));
	CHECK(ring.head_us == 500000);
	CHECK(pulse_ring_drop(&ring));
	CHECK(pulse_ring_empty(&ring));
	/* What comes into an empty ring starts a run, whatever went before. */
	(void)pulse_ring_push(&ring, 7);
	CHECK(pulse_ring_reach(&ring, 7) == PULSE_REACHED);
}

static void indices_may_wrap(void)
{
	struct pulse_ring ring = {
		.head = UINT32_MAX - 1, .end = UINT32_MAX - 1, .tail = UINT32_MAX - 1};

	for (int64_t t = 0; t < 5; t++) {
		(void)pulse_ring_push(&ring, t);
	}
	CHECK(pulse_ring_reach(&ring, 4) == PULSE_REACHED);
	for (int i = 0; i < 3; i++) {
		CHECK(!pulse_ring_drop(&ring));
	}
	CHECK(ring.head_us == 3);
}

/* Times whose lower halves seem to follow each other do not. */
static void upper_halves_count(void)
{
	const int64_t turn = (int64_t)1 << 32;
	const int64_t times[] = {-10, 0, turn + 10, 20, -(turn << 29), (turn << 29) - 1};
	struct pulse_ring ring = ring_of(times, 6);

	CHECK(ring.head_us == -10 && pulse_ring_time(&ring, ring.head + 1) == 0);
	for (int i = 2; i < 6; i++) {
		CHECK(pulse_ring_reach(&ring, INT64_MAX) == PULSE_ENDED);
		pulse_ring_leave(&ring);
		CHECK(ring.head_us == times[i]);
	}
	CHECK(pulse_ring_reach(&ring, times[5] + 1) == PULSE_WAITING);
}

/* A gap takes a sample's place. */
static void gaps_need_room(void)
{
	struct pulse_ring ring = {.head = 0};

	for (int64_t t = 1; t < PULSE_ALIGN_DEPTH - 1; t++) {
		CHECK(pulse_ring_has_room(&ring));
		(void)pulse_ring_push(&ring, t);
	}
	(void)pulse_ring_push(&ring, 0);
	CHECK(!pulse_ring_has_room(&ring) && ring.gaps == 1);
	pulse_ring_leave(&ring);
	CHECK(ring.head_us == 0 && ring.head + 1 == ring.tail);
}

int main(void)
{
	upper_halves_count();
	gaps_need_room();
	gaps_end_runs();
	dropping_tells_of_gaps();
	indices_may_wrap();
	return CHECK_STATUS();
}
