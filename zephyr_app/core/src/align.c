/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, sections 2 and 3: which frames there are. Their values: resample.c. */
#include <string.h>

#include <pulse/align.h>

#include "integer.h"
#include "resample.h"
#include "ring.h"

PULSE_ASSERT(PULSE_ALIGN_DEPTH > 128 || PULSE_LEDS > 1 || sizeof(struct pulse_align) <= 3200);

/* A gap: the next frame belongs to another time. */
static void restart(struct pulse_align *align)
{
	align->restarts += align->running;
	align->running = false;
	align->frames = 0;
	align->hop.discontinuous = true;
}

static uint32_t push(struct pulse_align *align, struct pulse_ring *ring, int64_t t_us)
{
	/* No room: the other channel is silent. What of this one is lost, it cannot ask for any
	 * more. */
	while (!pulse_ring_has_room(ring)) {
		ring->dropped++;
		if (pulse_ring_drop(ring)) {
			restart(align);
		}
	}
	return pulse_ring_push(ring, t_us);
}

void pulse_align_init(struct pulse_align *align)
{
	memset(align, 0, sizeof(*align));
}

void pulse_align_ppg(struct pulse_align *align, int64_t t_us, uint32_t counts)
{
	pulse_align_leds(align, t_us, &counts, 1);
}

void pulse_align_leds(struct pulse_align *align, int64_t t_us, const uint32_t counts[], int leds)
{
	uint32_t slot = push(align, &align->ppg_ring, t_us);

	for (int led = 0; led < PULSE_LEDS; led++) {
		uint32_t x = led < leds ? counts[led] : 0;

		align->ppg[led][slot] = x < PULSE_PPG_MAX ? x : PULSE_PPG_MAX;
	}
}

void pulse_align_acc(struct pulse_align *align, int64_t t_us, const int16_t xyz[3])
{
	memcpy(align->acc[push(align, &align->acc_ring, t_us)], xyz, sizeof(align->acc[0]));
}

/* Choose the grid once both channels have a first sample. */
static bool start(struct pulse_align *align)
{
	if (pulse_ring_empty(&align->ppg_ring) || pulse_ring_empty(&align->acc_ring)) {
		return false;
	}
	int64_t first = align->ppg_ring.head_us;
	int64_t other = align->acc_ring.head_us;

	first = (first > other ? first : other) + PULSE_REACH_US + PULSE_FRAME_US - 1;
	align->frame_us = pulse_floor_div(first, PULSE_FRAME_US) * PULSE_FRAME_US;
	align->running = true;
	return true;
}

#if PULSE_LEDS > 1
/* The frame of the LEDs after the first. */
static void make_more(struct pulse_align *align)
{
	for (int led = 1; led < PULSE_LEDS; led++) {
		struct pulse_hop_led *own = &align->hop.more[led - 1];
		struct pulse_tally tally = {0};

		own->ppg[align->frames] = pulse_resample_ppg(&align->ppg_ring, align->ppg[led],
							     align->frame_us, &tally);
		own->dark = (uint16_t)(tally.dark + (align->frames == 0 ? 0 : own->dark));
		own->saturated =
			(uint16_t)(tally.saturated + (align->frames == 0 ? 0 : own->saturated));
	}
}
#endif

static void make_frame(struct pulse_align *align)
{
	struct pulse_hop *hop = &align->hop;
	struct pulse_tally tally = {0};

	if (align->frames == 0) {
		hop->samples = 0;
		hop->dark = 0;
		hop->saturated = 0;
	}
	hop->ppg[align->frames] =
		pulse_resample_ppg(&align->ppg_ring, align->ppg[0], align->frame_us, &tally);
	hop->samples = (uint16_t)(hop->samples + tally.samples);
	hop->dark = (uint16_t)(hop->dark + tally.dark);
	hop->saturated = (uint16_t)(hop->saturated + tally.saturated);
#if PULSE_LEDS > 1
	make_more(align);
#endif
	pulse_resample_acc(&align->acc_ring, align->acc, align->frame_us, hop->acc[align->frames]);
	align->frames++;
	align->frame_us += PULSE_FRAME_US;
}

/* The hop being filled, if it is full. */
static bool take_full(struct pulse_align *align, struct pulse_hop *out)
{
	if (align->frames < PULSE_HOP_FRAMES) {
		return false;
	}
	align->hop.end_us = align->frame_us;
	*out = align->hop;
	align->hop.discontinuous = false;
	align->frames = 0;
	return true;
}

/* Samples that the frame needs were pushed out: the other channel came too late. */
static bool lost(const struct pulse_ring *ring, int64_t frame_us)
{
	return ring->head_us > frame_us - PULSE_REACH_US;
}

bool pulse_align_take(struct pulse_align *align, struct pulse_hop *out)
{
	struct pulse_ring *ppg = &align->ppg_ring;
	struct pulse_ring *acc = &align->acc_ring;

	while (align->running || start(align)) {
		int64_t until_us = align->frame_us + PULSE_REACH_US;
		enum pulse_reach ppg_reach = pulse_ring_reach(ppg, until_us);
		enum pulse_reach acc_reach = pulse_ring_reach(acc, until_us);

		if (ppg_reach == PULSE_ENDED) {
			pulse_ring_leave(ppg);
			restart(align);
		} else if (acc_reach == PULSE_ENDED) {
			pulse_ring_leave(acc);
			restart(align);
		} else if (ppg_reach == PULSE_WAITING || acc_reach == PULSE_WAITING) {
			return false;
		} else if (lost(ppg, align->frame_us) || lost(acc, align->frame_us)) {
			restart(align);
		} else {
			make_frame(align);
			if (take_full(align, out)) {
				return true;
			}
		}
	}
	return false;
}

void pulse_align_count(const struct pulse_align *align, struct pulse_align_counters *out)
{
	*out = (struct pulse_align_counters){
		.ppg_gaps = align->ppg_ring.gaps,
		.acc_gaps = align->acc_ring.gaps,
		.ppg_dropped = align->ppg_ring.dropped,
		.acc_dropped = align->acc_ring.dropped,
		.restarts = align->restarts,
	};
}
