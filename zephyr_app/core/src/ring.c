/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include "integer.h"

PULSE_ASSERT((PULSE_ALIGN_DEPTH & PULSE_RING_MASK) == 0);

static bool is_gap(int64_t before, int64_t after)
{
	return after <= before || (uint64_t)after - (uint64_t)before > PULSE_GAP_US;
}

uint32_t pulse_ring_push(struct pulse_ring *ring, int64_t t_us)
{
	uint32_t slot = pulse_ring_slot(ring->tail);
	if (ring->end == ring->tail) {
		if (pulse_ring_empty(ring) ||
		    !is_gap(pulse_ring_time(ring, ring->tail - 1), t_us)) {
			ring->end++;
		} else {
			ring->gaps++;
		}
	}
	ring->t_us[slot] = t_us;
	ring->tail++;
	return slot;
}

/* Where the run that begins at the head ends; there is a sample at the head, or nothing at all. */
static void find_end(struct pulse_ring *ring)
{
	ring->end = ring->head;
	while (ring->end != ring->tail &&
	       (ring->end == ring->head ||
		!is_gap(pulse_ring_time(ring, ring->end - 1), pulse_ring_time(ring, ring->end)))) {
		ring->end++;
	}
}

bool pulse_ring_drop(struct pulse_ring *ring)
{
	ring->head++;
	if (ring->head != ring->end) {
		return false;
	}
	find_end(ring);
	return true;
}

void pulse_ring_leave(struct pulse_ring *ring)
{
	ring->head = ring->end;
	find_end(ring);
}
