/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alignment: PPG and accelerometer samples of any rate from 25 to 200 Hz, with jitter and drifting
 * clocks, onto one 32 Hz grid through one low-pass kernel (docs/signal_path.md, sections 2 and 3).
 *
 *	pulse_align_ppg(&align, t_us, counts);
 *	while (pulse_align_take(&align, &hop)) {
 *		... hop is complete ...
 *	}
 *
 * Each channel's samples come in the order of their times. The channels may come in any order
 * relative to each other (batches from two FIFOs) as long as neither runs ahead of the other by
 *more than PULSE_ALIGN_DEPTH samples less 0.25 s of its own: the hops are then the same bit for
 *bit. A gap that waits counts as a sample.
 *
 * A gap (a step of more than 100 ms, backwards, or a time repeated) drops the hop being filled and
 *starts a new grid; so does a channel that runs further ahead, and the next hop says discontinuous.
 *
 * None of these calls blocks, allocates or touches anything but its arguments. Push and take of one
 * struct pulse_align must not overlap: one thread, or one interrupt, or a lock around them. A push
 * costs a few dozen instructions (fit for an interrupt); a take that makes frames costs thousands.
 */
#ifndef PULSE_ALIGN_H_
#define PULSE_ALIGN_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/hop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Samples kept per channel, a power of two. A frame looks at 0.25 s: 50 samples at 200 Hz. */
#ifndef PULSE_ALIGN_DEPTH
#define PULSE_ALIGN_DEPTH 128
#endif

/*
 * Times of a channel's latest samples. Indices run freely and are masked on use. Only the lower
 * halves of the times are kept: a run without a gap spans seconds. A gap takes a slot, with the
 * upper half of the time behind it.
 */
struct pulse_ring {
	int64_t head_us;   /* time of the sample at head */
	int64_t newest_us; /* of the newest sample */
	uint32_t t_us[PULSE_ALIGN_DEPTH];
	uint32_t is_gap[PULSE_ALIGN_DEPTH / 32]; /* a bit for each slot */
	uint32_t head;                           /* oldest sample */
	uint32_t end;     /* one past the last sample that follows head without a gap */
	uint32_t tail;    /* one past the newest sample; end != tail: a gap lies before end */
	uint32_t gaps;    /* so far; those behind another that still waits are not looked for */
	uint32_t dropped; /* samples without room so far */
};

/* Caller-owned, no pointers inside; about 3 kB, and 0.8 kB for each LED after the first. Fields are
 * private to align.c. */
struct pulse_align {
	struct pulse_ring ppg_ring;
	struct pulse_ring acc_ring;
	uint32_t ppg[PULSE_LEDS][PULSE_ALIGN_DEPTH];
	int16_t acc[PULSE_ALIGN_DEPTH][3];
	int64_t frame_us;  /* time of the frame due next, while running */
	uint32_t restarts; /* hops begun and given up */
	bool running;      /* a grid has been chosen */
	uint16_t frames;   /* in the hop being filled */
	struct pulse_hop hop;
};

/* Why no hop comes, since pulse_align_init(); wrap around. */
struct pulse_align_counters {
	uint32_t ppg_gaps; /* steps of more than 100 ms, backwards, or times repeated */
	uint32_t acc_gaps;
	uint32_t ppg_dropped; /* samples without room: the other channel is silent, or too far
				 behind */
	uint32_t acc_dropped;
	uint32_t restarts; /* hops begun and given up */
};

/** Empty aligner; the first hop will not be discontinuous. */
void pulse_align_init(struct pulse_align *align);

/**
 * One PPG sample of a sensor with one LED.
 * @param t_us    time of the sample in microseconds, any epoch, one clock for both channels; within
 * +-2^62
 * @param counts  unsigned sensor counts, greater values mean more light; beyond PULSE_PPG_MAX
 * saturates
 */
void pulse_align_ppg(struct pulse_align *align, int64_t t_us, uint32_t counts);

/**
 * One sample of each LED, taken together: a slot of the sensor's FIFO for each.
 *
 * An LED that is not lit now reads 0, which is no contact: the estimator skips it, at no cost. So a
 * build for three LEDs also serves a board with one, and an LED can be turned off at any time. Keep
 * the order of the LEDs: each has its own history.
 *
 * @param counts  `leds` values as pulse_align_ppg() takes them, the first LED first
 * @param leds    1 to PULSE_LEDS; the others read 0; values beyond PULSE_LEDS are not looked at
 */
void pulse_align_leds(struct pulse_align *align, int64_t t_us, const uint32_t counts[], int leds);

/**
 * One accelerometer sample.
 * @param xyz  PULSE_ACC_LSB_PER_G to the g
 */
void pulse_align_acc(struct pulse_align *align, int64_t t_us, const int16_t xyz[3]);

/**
 * Make what frames the samples allow, up to the end of a hop.
 * Call after each push, or after a batch that is small against PULSE_ALIGN_DEPTH, until it says
 * false.
 * @return true when *out holds a complete hop; false when more samples are needed (*out untouched)
 */
bool pulse_align_take(struct pulse_align *align, struct pulse_hop *out);

/** Copy of the counters; not to overlap with push or take. */
void pulse_align_count(const struct pulse_align *align, struct pulse_align_counters *out);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_ALIGN_H_ */
