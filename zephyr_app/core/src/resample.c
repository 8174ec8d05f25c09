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

static const int16_t kernel[PULSE_KERNEL_TAPS] = PULSE_KERNEL;

/* Time of a sample after the frame; within a run, a ring spans far less than 2^31 us. */
static inline int32_t offset(const struct pulse_ring *ring, uint32_t index, uint32_t frame_us)
{
	return (int32_t)((uint32_t)pulse_ring_time(ring, index) - frame_us);
}

static inline int32_t weight(int32_t offset_us)
{
	uint32_t d = (uint32_t)(offset_us < 0 ? -offset_us : offset_us);
	const int16_t *h = kernel + (d >> 10);

	return h[0] + (((h[1] - h[0]) * (int32_t)(d & 1023)) >> 10);
}

/* Drop all but the last of the samples before the kernel's reach. @return index of the first within
 * it */
static uint32_t trim(struct pulse_ring *ring, uint32_t frame_us)
{
	while (offset(ring, ring->head + 1, frame_us) <= -HALF_US) {
		ring->head++;
	}
	return ring->head + 1;
}

/* Slot of the sample nearest to the frame, the earlier of two; index is one before it. */
static uint32_t nearest(const struct pulse_ring *ring, uint32_t index, uint32_t frame_us)
{
	int32_t before;
	int32_t after;

	while (offset(ring, index, frame_us) < 0) {
		index++;
	}
	after = offset(ring, index, frame_us);
	before = -offset(ring, index - 1, frame_us);
	return pulse_ring_slot(before <= after ? index - 1 : index);
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

int32_t pulse_resample_ppg(struct pulse_ring *ring, const uint32_t *counts, int64_t frame_us,
			   struct pulse_tally *tally)
{
	uint32_t now = (uint32_t)frame_us;
	uint32_t first = trim(ring, now);
	uint32_t total = 0;
	int64_t sum = 0;
	uint32_t own = 0;
	uint32_t dark = 0;
	uint32_t saturated = 0;
	int32_t t = offset(ring, first, now);

	for (uint32_t i = first; t < HALF_US; t = offset(ring, ++i, now)) {
		uint32_t x = counts[pulse_ring_slot(i)];
		int32_t w = weight(t);

		total += (uint32_t)w;
		sum += (int64_t)w * (int32_t)x;
		if ((uint32_t)t < PULSE_FRAME_US) {
			own++;
			dark += x < PULSE_DARK_COUNTS;
			saturated += x == 0 || x == PULSE_PPG_MAX;
		}
	}
	tally->samples += own;
	tally->dark += dark;
	tally->saturated += saturated;
	if ((int32_t)total < PULSE_MIN_WEIGHT) {
		return (int32_t)(counts[nearest(ring, first, now)] << PULSE_PPG_FRACTION);
	}
	uint32_t y = mean(sum * (1 << PULSE_PPG_FRACTION), total);

	return y < PPG_LIMIT ? (int32_t)y : PPG_LIMIT;
}

static int16_t acc_mean(int64_t sum, uint32_t total)
{
	uint32_t y = mean(sum + (int64_t)total * ACC_OFFSET, total);

	return (int16_t)((y < UINT16_MAX ? (int32_t)y : UINT16_MAX) - ACC_OFFSET);
}

void pulse_resample_acc(struct pulse_ring *ring, int16_t (*acc)[3], int64_t frame_us,
			int16_t out[3])
{
	uint32_t now = (uint32_t)frame_us;
	uint32_t first = trim(ring, now);
	uint32_t total = 0;
	int64_t x = 0;
	int64_t y = 0;
	int64_t z = 0;
	int32_t t = offset(ring, first, now);

	for (uint32_t i = first; t < HALF_US; t = offset(ring, ++i, now)) {
		const int16_t *xyz = acc[pulse_ring_slot(i)];
		int32_t w = weight(t);

		total += (uint32_t)w;
		x += (int64_t)w * xyz[0];
		y += (int64_t)w * xyz[1];
		z += (int64_t)w * xyz[2];
	}
	if ((int32_t)total < PULSE_MIN_WEIGHT) {
		memcpy(out, acc[nearest(ring, first, now)], 3 * sizeof(out[0]));
		return;
	}
	out[0] = acc_mean(x, total);
	out[1] = acc_mean(y, total);
	out[2] = acc_mean(z, total);
}
