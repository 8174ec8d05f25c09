/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include "integer.h"

PULSE_ASSERT((PULSE_ALIGN_DEPTH & PULSE_RING_MASK) == 0);

PULSE_ASSERT(PULSE_ALIGN_DEPTH % 32 == 0);

static bool is_gap(int64_t before, int64_t after)
{
	return after <= before || (uint64_t)after - (uint64_t)before > PULSE_GAP_US;
}

static uint32_t append(struct pulse_ring *ring, uint32_t half)
{
	uint32_t slot = pulse_ring_slot(ring->tail++);

	ring->t_us[slot] = half;
	return slot;
}

uint32_t pulse_ring_push(struct pulse_ring *ring, int64_t t_us)
{
	bool waits = ring->end != ring->tail; /* a gap before this sample */

	if (pulse_ring_empty(ring)) {
		ring->head_us = t_us;
	} else if (is_gap(ring->newest_us, t_us)) {
		uint32_t slot = append(ring, (uint32_t)((uint64_t)t_us >> 32));

		ring->is_gap[slot / 32] |= 1u << slot % 32;
		ring->gaps += !waits;
		waits = true;
	}
	uint32_t slot = append(ring, (uint32_t)t_us);

	ring->newest_us = t_us;
	if (!waits) {
		ring->end = ring->tail;
	}
	return slot;
}

static bool gap_at(const struct pulse_ring *ring, uint32_t slot)
{
	return (ring->is_gap[slot / 32] >> slot % 32 & 1) != 0;
}

/* Where the run at the head begins and ends; there is a gap at the head, or nothing at all. */
static void begin_run(struct pulse_ring *ring)
{
	ring->end = ring->head;
	if (pulse_ring_empty(ring)) {
		return;
	}
	uint32_t slot = pulse_ring_slot(ring->head++);
	uint64_t high = ring->t_us[slot];

	ring->is_gap[slot / 32] &= ~(1u << slot % 32);
	ring->head_us = (int64_t)(high << 32 | ring->t_us[pulse_ring_slot(ring->head)]);
	do {
		ring->end++;
	} while (ring->end != ring->tail && !gap_at(ring, pulse_ring_slot(ring->end)));
}

bool pulse_ring_drop(struct pulse_ring *ring)
{
	if (ring->head + 1 != ring->end) {
		pulse_ring_move_head(ring, ring->head + 1);
		return false;
	}
	pulse_ring_leave(ring);
	return true;
}

void pulse_ring_leave(struct pulse_ring *ring)
{
	ring->head = ring->end;
	begin_run(ring);
}
