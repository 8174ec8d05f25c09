/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of the chip, and an oscillator that feeds it. */
#ifndef STREAM_H_
#define STREAM_H_

#include <stdint.h>
#include <zephyr/device.h>
#include <zephyr/drivers/emul.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#define NODE      DT_ALIAS(pulse_ppg)
#define CHANNELS  4 /* green and infrared at two photodiodes */
#define FIFO      32
#define WATERMARK 17
#define PERIOD_US 10000

static const struct device *const ppg = DEVICE_DT_GET(NODE);
static const struct emul *const chip = EMUL_DT_GET(NODE);

/* The latest batch that was received; its buffer holds until the next one. */
extern const struct pulse_ppg_batch *got;

void open_stream(void);

/** Cancel, undo the faults and wait until the driver has noticed. */
void close_stream(void);

/** Wait for a completion. @return its result; -EAGAIN if none came in time */
int receive(int within_ms);

/** Counts of a channel of the sample that `oscillate` calls n. */
uint32_t counts_of(uint32_t n, int channel);

/** `count` samples with the numbers first, first + 1, ... at once. */
void push(uint32_t first, int count);

/** The same a period apart. @return time of the first one, us */
int64_t oscillate(uint32_t first, int count);

/** Wait for a batch and check every count and its time. */
void expect_batch(uint32_t first, int samples, int64_t first_us);

/** Counters since the last call. */
struct pulse_ppg_counters since(void);

#endif /* STREAM_H_ */
