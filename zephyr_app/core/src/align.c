/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, sections 2 and 3. */
#include <string.h>

#include <pulse/align.h>

#include "integer.h"
#include "pulse_config.h"

#define HALF_US	   125000 /* reach of the kernel either side */
#define GAP_US	   100000 /* a longer step between samples is a gap */
#define MIN_WEIGHT 8192	  /* a quarter of the kernel's peak: below, a mean would amplify noise */
#define MASK	   (PULSE_ALIGN_DEPTH - 1)
#define KERNEL	   124 /* taps, 1024 us apart */
#define PPG_LIMIT  (PULSE_PPG_MAX << PULSE_PPG_FRACTION)

PULSE_ASSERT((PULSE_ALIGN_DEPTH & MASK) == 0);
PULSE_ASSERT(PULSE_ALIGN_DEPTH > 2 * HALF_US / 5000); /* 200 Hz */
PULSE_ASSERT(((HALF_US - 1) >> 10) + 1 < KERNEL);

static const int16_t kernel[KERNEL] = PULSE_ALIGN_KERNEL;

/* State of a channel with respect to the frame that is due. */
enum reach {
	READY,	 /* has a sample beyond the kernel's reach */
	WAITING, /* may still get one */
	ENDED,	 /* a gap came first */
};

static bool is_gap(int64_t before, int64_t after)
{
	return after <= before || (uint64_t)after - (uint64_t)before > GAP_US;
}

static int64_t time_at(const struct pulse_ring *ring, uint32_t index)
{
	return ring->t_us[index & MASK];
}

/* Set end for a head that starts a run. */
static void find_end(struct pulse_ring *ring)
{
	uint32_t i = ring->head;

	if (i != ring->tail) {
		for (i++; i != ring->tail; i++) {
			if (is_gap(time_at(ring, i - 1), time_at(ring, i))) {
				break;
			}
		}
	}
	ring->end = i;
}

/* Drop the oldest sample; true if a gap lay behind it. */
static bool drop(struct pulse_ring *ring)
{
	ring->head++;
	if (ring->head != ring->end) {
		return false;
	}
	find_end(ring);
	return true;
}

/* A gap: what follows belongs to another time. */
static void restart(struct pulse_align *align, int64_t since_us)
{
	align->since_us = since_us;
	align->running = false;
	align->frames = 0;
	align->hop.discontinuous = true;
}

/* Make room for a sample, note its time and return its slot. */
static uint32_t push(struct pulse_align *align, struct pulse_ring *ring, int64_t t_us)
{
	uint32_t slot = ring->tail & MASK;

	if (ring->tail - ring->head == PULSE_ALIGN_DEPTH) {
		/* The other channel is silent, or not yet there. */
		bool needed =
			align->running && time_at(ring, ring->head) > align->frame_us - HALF_US;

		if (drop(ring) || needed) {
			restart(align, time_at(ring, ring->head));
		}
	}
	if (ring->end == ring->tail &&
	    (ring->head == ring->tail || !is_gap(time_at(ring, ring->tail - 1), t_us))) {
		ring->end++;
	}
	ring->t_us[slot] = t_us;
	ring->tail++;
	return slot;
}

void pulse_align_init(struct pulse_align *align)
{
	memset(align, 0, sizeof(*align));
	align->since_us = INT64_MIN;
}

void pulse_align_ppg(struct pulse_align *align, int64_t t_us, uint32_t counts)
{
	align->ppg[push(align, &align->ppg_ring, t_us)] =
		counts < PULSE_PPG_MAX ? counts : PULSE_PPG_MAX;
}

void pulse_align_acc(struct pulse_align *align, int64_t t_us, const int16_t xyz[3])
{
	memcpy(align->acc[push(align, &align->acc_ring, t_us)], xyz, sizeof(align->acc[0]));
}

static bool skip_before(struct pulse_ring *ring, int64_t t_us)
{
	while (ring->head != ring->tail && time_at(ring, ring->head) < t_us) {
		(void)drop(ring);
	}
	return ring->head != ring->tail;
}

/* Choose the grid once both channels have a first sample. */
static bool start(struct pulse_align *align)
{
	bool ppg = skip_before(&align->ppg_ring, align->since_us);
	bool acc = skip_before(&align->acc_ring, align->since_us);

	if (!ppg || !acc) {
		return false;
	}
	int64_t first = time_at(&align->ppg_ring, align->ppg_ring.head);
	int64_t other = time_at(&align->acc_ring, align->acc_ring.head);

	first = (first > other ? first : other) + HALF_US;
	align->frame_us =
		pulse_floor_div(first + PULSE_FRAME_US - 1, PULSE_FRAME_US) * PULSE_FRAME_US;
	align->running = true;
	return true;
}

static enum reach reach(const struct pulse_ring *ring, int64_t t_us)
{
	if (time_at(ring, ring->end - 1) >= t_us) {
		return READY;
	}
	return ring->end == ring->tail ? WAITING : ENDED;
}

/* Offset of a sample from the frame; a ring spans less than 2^31 us of a run. */
static int32_t offset(const struct pulse_ring *ring, uint32_t index, int64_t frame_us)
{
	return (int32_t)((uint32_t)time_at(ring, index) - (uint32_t)frame_us);
}

static int32_t weight(int32_t offset_us)
{
	uint32_t d = (uint32_t)(offset_us < 0 ? -offset_us : offset_us);
	int32_t low = kernel[d >> 10];
	int32_t high = kernel[(d >> 10) + 1];

	return low + (((high - low) * (int32_t)(d & 1023)) >> 10);
}

/* Slot of the sample nearest to the frame, the earlier of two. */
static uint32_t nearest(const struct pulse_ring *ring, int64_t frame_us)
{
	uint32_t best = ring->head;
	int32_t least = INT32_MAX;

	for (uint32_t i = ring->head; i != ring->end; i++) {
		int32_t d = offset(ring, i, frame_us);

		d = d < 0 ? -d : d;
		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best & MASK;
}

static int32_t clamp(int64_t value, int32_t low, int32_t high)
{
	return (int32_t)(value < low ? low : value > high ? high : value);
}

/* Drop what no frame from this one on will look at. */
static void trim(struct pulse_ring *ring, int64_t frame_us)
{
	while (offset(ring, ring->head, frame_us) <= -HALF_US) {
		ring->head++;
	}
}

static void make_ppg(struct pulse_align *align)
{
	struct pulse_ring *ring = &align->ppg_ring;
	struct pulse_hop *hop = &align->hop;
	int32_t total = 0;
	int64_t sum = 0;

	trim(ring, align->frame_us);
	for (uint32_t i = ring->head; i != ring->end; i++) {
		int32_t t = offset(ring, i, align->frame_us);
		int32_t counts = (int32_t)align->ppg[i & MASK];

		if (t >= HALF_US) {
			break;
		}
		int32_t w = weight(t);

		total += w;
		sum += (int64_t)w * counts;
		if (t >= 0 && t < PULSE_FRAME_US) {
			hop->samples++;
			hop->dark += counts < PULSE_DARK_COUNTS;
			hop->saturated += counts == 0 || counts == PULSE_PPG_MAX;
		}
	}
	if (total < MIN_WEIGHT) {
		hop->ppg[align->frames] = (int32_t)align->ppg[nearest(ring, align->frame_us)]
					  << PULSE_PPG_FRACTION;
	} else {
		hop->ppg[align->frames] = clamp(
			pulse_round_div(sum * (1 << PULSE_PPG_FRACTION), total), 0, PPG_LIMIT);
	}
}

static void make_acc(struct pulse_align *align)
{
	struct pulse_ring *ring = &align->acc_ring;
	int16_t *out = align->hop.acc[align->frames];
	int32_t total = 0;
	int64_t sum[3] = {0, 0, 0};

	trim(ring, align->frame_us);
	for (uint32_t i = ring->head; i != ring->end; i++) {
		int32_t t = offset(ring, i, align->frame_us);
		const int16_t *xyz = align->acc[i & MASK];

		if (t >= HALF_US) {
			break;
		}
		int32_t w = weight(t);

		total += w;
		sum[0] += w * xyz[0];
		sum[1] += w * xyz[1];
		sum[2] += w * xyz[2];
	}
	if (total < MIN_WEIGHT) {
		memcpy(out, align->acc[nearest(ring, align->frame_us)], sizeof(align->acc[0]));
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		out[axis] = (int16_t)clamp(pulse_round_div(sum[axis], total), INT16_MIN, INT16_MAX);
	}
}

static void make_frame(struct pulse_align *align)
{
	if (align->frames == 0) {
		align->hop.samples = 0;
		align->hop.dark = 0;
		align->hop.saturated = 0;
	}
	make_ppg(align);
	make_acc(align);
	align->frames++;
	align->frame_us += PULSE_FRAME_US;
}

bool pulse_align_take(struct pulse_align *align, struct pulse_hop *out)
{
	struct pulse_ring *rings[2] = {&align->ppg_ring, &align->acc_ring};

	while (align->running || start(align)) {
		enum reach ppg = reach(rings[0], align->frame_us + HALF_US);
		enum reach acc = reach(rings[1], align->frame_us + HALF_US);

		if (ppg == WAITING || acc == WAITING) {
			return false;
		}
		if (ppg == READY && acc == READY) {
			make_frame(align);
			if (align->frames == PULSE_HOP_FRAMES) {
				align->hop.end_us = align->frame_us;
				*out = align->hop;
				align->frames = 0;
				align->hop.discontinuous = false;
				return true;
			}
			continue;
		}
		struct pulse_ring *ended = ppg == ENDED ? rings[0] : rings[1];

		ended->head = ended->end;
		find_end(ended);
		restart(align, time_at(ended, ended->head));
	}
	return false;
}
