/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of the chip, and an oscillator that feeds it. */
#ifndef STREAM_H_
#define STREAM_H_

#include <stdbool.h>
#include <stdint.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/rtio/rtio.h>

#include <drivers/sensor/ppg.h>

#define WATERMARK  17
#define FIFO_DEPTH 32
#define PERIOD_US  10000

/* The latest batch that was received. */
struct batch {
	int64_t first_us;
	uint32_t period_ns;
	int samples;
	bool lost;
	int led_ua;
	uint32_t counts[FIFO_DEPTH];
};
extern struct batch got;
extern struct rtio stream_context;

void open_stream(void);

/** What a user does who is done with it. */
void cancel_stream(void);

/** Cancel, undo the faults and wait until the driver has noticed. */
void close_stream(void);

/** Wait for a completion and decode it. @return its result; -EAGAIN if none came in time */
int receive(int within_ms);

void expect_batch(uint32_t first_counts, int samples, int64_t first_us);

/** The chip takes samples with the counts first, first + 1, ... @return time of the first one, us
 */
int64_t oscillate(uint32_t first, int samples, uint32_t period_us);

/** Forget what was measured: this oscillator stops and starts as no chip's does. */
void calibrate(void);

#endif /* STREAM_H_ */
