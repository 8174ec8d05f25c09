/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw data stream (docs/stream.md): every sample of both sensors with its time, every result, and
 * the counters once a hop. Nobody waits for it: what finds the buffer full is dropped and counted.
 */
#ifndef PULSE_STREAM_H_
#define PULSE_STREAM_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef CONFIG_PULSE_STREAM

/** Make the serial port ready. @return 0 or negative errno */
int pulse_stream_start(void);

/** Send from now on, or no more; any thread. */
void pulse_stream_enable(bool on);

/** Samples in order of time, us on the samples' clock. The sampling thread only. */
void pulse_stream_ppg(int64_t t_us, uint32_t counts);
void pulse_stream_acc(int64_t t_us, const int16_t xyz[3]);

/** Send what has come since. The sampling thread only. */
void pulse_stream_flush(void);

#else

static inline void pulse_stream_ppg(int64_t t_us, uint32_t counts)
{
	(void)t_us;
	(void)counts;
}

static inline void pulse_stream_acc(int64_t t_us, const int16_t xyz[3])
{
	(void)t_us;
	(void)xyz;
}

static inline void pulse_stream_flush(void)
{
}

#endif
#endif /* PULSE_STREAM_H_ */
