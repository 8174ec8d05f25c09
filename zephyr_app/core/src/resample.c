/* SPDX-License-Identifier: Apache-2.0 */
/* docs/signal_path.md, section 2. */
#include "resample.h"

#include <string.h>

#include "integer.h"
#include "ring.h"

#define HALF_US    PULSE_REACH_US
#define PPG_LIMIT  (PULSE_PPG_MAX << PULSE_PPG_FRACTION)
#define ACC_OFFSET 32768 /* makes an int16 unsigned */

PULSE_ASSERT(((HALF_US - 1) >> 10) + 1 < PULSE_KERNEL_TAPS);
PULSE_ASSERT(PULSE_ALIGN_DEPTH > 2 * HALF_US / 5000); /* 200 Hz */
PULSE_ASSERT(PULSE_ALIGN_DEPTH <= 128);               /* sums of weights stay below 2^22 */

/* A value, and the step to the next. */
static const int16_t kernel[PULSE_KERNEL_TAPS][2] = PULSE_KERNEL;

/* Time of a sample after the frame; within a run, a ring spans far less than 2^31 us. */
static inline int32_t offset(const struct pulse_ring *ring, uint32_t slot, uint32_t frame_us)
{
	return (int32_t)(ring->t_us[slot] - frame_us);
}

static inline uint32_t next(uint32_t slot)
{
	return pulse_ring_slot(slot + 1);
}

/* At a distance below PULSE_REACH_US. */
static inline int32_t weight(uint32_t d_us)
{
	const int16_t *h = kernel[d_us >> 10];

	return h[0] + ((h[1] * (int32_t)(d_us & 1023)) >> 10);
}

/* Drop all but the last of the samples before the kernel's reach. @return slot of the first within
 * it */
static uint32_t trim(struct pulse_ring *ring, uint32_t frame_us)
{
	uint32_t head = ring->head;

	while (offset(ring, pulse_ring_slot(head + 1), frame_us) <= -HALF_US) {
		head++;
	}
	pulse_ring_move_head(ring, head);
	return pulse_ring_slot(head + 1);
}

/* Slot of the sample nearest to the frame, the earlier of two; `slot` comes after one before it. */
static uint32_t nearest(const struct pulse_ring *ring, uint32_t slot, uint32_t frame_us)
{
	uint32_t before = pulse_ring_slot(slot - 1);

	while (offset(ring, slot, frame_us) < 0) {
		before = slot;
		slot = next(slot);
	}
	return -offset(ring, before, frame_us) <= offset(ring, slot, frame_us) ? before : slot;
}

/*
 * round_div(sum, total) for PULSE_MIN_WEIGHT <= total < 2^22 and sum < 2^44, 0 for a negative sum:
 * three digits of ten bits by the 32-bit divider, a quarter of the instructions of a 64-bit
 * division.
 */
static uint32_t mean(int64_t sum, uint32_t total)
{
	uint64_t n = (uint64_t)sum + total / 2;

	if (sum < 0) {
		return 0;
	}
	uint32_t high = (uint32_t)(n >> 20);
	uint32_t digit = high / total;
	uint32_t quotient = digit << 20;

	high = (high - digit * total) << 10 | ((uint32_t)n >> 10 & 1023);
	digit = high / total;
	quotient += digit << 10;
	high = (high - digit * total) << 10 | ((uint32_t)n & 1023);
	return quotient + high / total;
}

struct light {
	uint32_t total; /* of weights */
	int64_t sum;
};

static inline void add_light(struct light *light, int32_t w, uint32_t counts)
{
	light->total += (uint32_t)w;
	light->sum += (int64_t)w * (int32_t)counts;
}

int32_t pulse_resample_ppg(struct pulse_ring *ring, const uint32_t *counts, int64_t frame_us,
			   struct pulse_tally *tally)
{
	uint32_t now = (uint32_t)frame_us;
	uint32_t first = trim(ring, now);
	uint32_t slot = first;
	uint32_t own = 0;
	uint32_t dark = 0;
	uint32_t saturated = 0;
	struct light light = {0, 0};
	int32_t t;

	for (; (t = offset(ring, slot, now)) < 0; slot = next(slot)) {
		add_light(&light, weight((uint32_t)-t), counts[slot]);
	}
	for (; (t = offset(ring, slot, now)) < PULSE_FRAME_US; slot = next(slot)) {
		uint32_t x = counts[slot];

		add_light(&light, weight((uint32_t)t), x);
		own++;
		dark += x < PULSE_DARK_COUNTS;
		saturated += x == 0 || x == PULSE_PPG_MAX;
	}
	for (; (t = offset(ring, slot, now)) < HALF_US; slot = next(slot)) {
		add_light(&light, weight((uint32_t)t), counts[slot]);
	}
	tally->samples += own;
	tally->dark += dark;
	tally->saturated += saturated;
	if ((int32_t)light.total < PULSE_MIN_WEIGHT) {
		return (int32_t)(counts[nearest(ring, first, now)] << PULSE_PPG_FRACTION);
	}
	uint32_t y = mean(light.sum * (1 << PULSE_PPG_FRACTION), light.total);

	return y < PPG_LIMIT ? (int32_t)y : PPG_LIMIT;
}

static int16_t acc_mean(int64_t sum, uint32_t total)
{
	uint32_t y = mean(sum + (int64_t)total * ACC_OFFSET, total);

	return (int16_t)((y < UINT16_MAX ? (int32_t)y : UINT16_MAX) - ACC_OFFSET);
}

struct swing {
	uint32_t total; /* of weights */
	int64_t sum[3];
};

static inline void add_swing(struct swing *swing, int32_t w, const int16_t xyz[3])
{
	swing->total += (uint32_t)w;
	swing->sum[0] += (int64_t)w * xyz[0];
	swing->sum[1] += (int64_t)w * xyz[1];
	swing->sum[2] += (int64_t)w * xyz[2];
}

void pulse_resample_acc(struct pulse_ring *ring, int16_t (*acc)[3], int64_t frame_us,
			int16_t out[3])
{
	uint32_t now = (uint32_t)frame_us;
	uint32_t first = trim(ring, now);
	uint32_t slot = first;
	struct swing swing = {0, {0, 0, 0}};
	int32_t t;

	for (; (t = offset(ring, slot, now)) < 0; slot = next(slot)) {
		add_swing(&swing, weight((uint32_t)-t), acc[slot]);
	}
	for (; (t = offset(ring, slot, now)) < HALF_US; slot = next(slot)) {
		add_swing(&swing, weight((uint32_t)t), acc[slot]);
	}
	if ((int32_t)swing.total < PULSE_MIN_WEIGHT) {
		memcpy(out, acc[nearest(ring, first, now)], 3 * sizeof(out[0]));
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		out[axis] = acc_mean(swing.sum[axis], swing.total);
	}
}
