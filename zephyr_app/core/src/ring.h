/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of a channel's latest samples, and where gaps lie among them; private to the aligner. The
 * values themselves lie in the aligner's arrays at pulse_ring_slot().
 */
#ifndef PULSE_RING_H_
#define PULSE_RING_H_

#include <pulse/align.h>

#define PULSE_RING_MASK (PULSE_ALIGN_DEPTH - 1)

/* What a run of samples can do for a frame. */
enum pulse_reach {
	PULSE_REACHED, /* has a sample at or after the time asked for */
	PULSE_WAITING, /* may still get one */
	PULSE_ENDED,   /* a gap came first */
};

static inline uint32_t pulse_ring_slot(uint32_t index)
{
	return index & PULSE_RING_MASK;
}

/** Of a sample of the run at the head. */
static inline int64_t pulse_ring_time(const struct pulse_ring *ring, uint32_t index)
{
	return ring->head_us +
	       (uint32_t)(ring->t_us[pulse_ring_slot(index)] - (uint32_t)ring->head_us);
}

/** Drop what lies before a sample of the run at the head. */
static inline void pulse_ring_move_head(struct pulse_ring *ring, uint32_t index)
{
	ring->head_us = pulse_ring_time(ring, index);
	ring->head = index;
}

static inline bool pulse_ring_empty(const struct pulse_ring *ring)
{
	return ring->tail == ring->head;
}

/** A sample finds room, and a gap before it. */
static inline bool pulse_ring_has_room(const struct pulse_ring *ring)
{
	return ring->tail - ring->head < PULSE_ALIGN_DEPTH - 1;
}

/** Append a time to a ring that has room for it. @return its slot */
uint32_t pulse_ring_push(struct pulse_ring *ring, int64_t t_us);

/** Drop the oldest sample of a ring that has one. @return true if a gap lay behind it */
bool pulse_ring_drop(struct pulse_ring *ring);

/** Drop the run at the head, behind which a gap lies. */
void pulse_ring_leave(struct pulse_ring *ring);

/** Whether the run at the head of a ring that has samples reaches a time. */
static inline enum pulse_reach pulse_ring_reach(const struct pulse_ring *ring, int64_t t_us)
{
	if (ring->end == ring->tail) {
		return ring->newest_us >= t_us ? PULSE_REACHED : PULSE_WAITING;
	}
	return pulse_ring_time(ring, ring->end - 1) >= t_us ? PULSE_REACHED : PULSE_ENDED;
}

#endif /* PULSE_RING_H_ */
