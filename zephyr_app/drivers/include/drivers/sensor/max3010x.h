/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MAX30101 / MAX30102 (compatible "pulse,max3010x"): what goes beyond Zephyr's sensor API.
 *
 * Channels SENSOR_CHAN_RED, _IR and _GREEN read ADC counts, 0 to 2^18 - 1, in both APIs (val1 of
 * channel_get; q31 with shift 18 from the decoder). One count is adc-range-nanoamp / 2^18.
 *
 * Streaming: sensor_stream() with SENSOR_TRIG_FIFO_WATERMARK completes once per watermark with all
 * samples in the FIFO. base_timestamp_ns is the time of the first one: the time of the interrupt
 * less (watermark - 1) periods. The decoder's has_trigger(SENSOR_TRIG_FIFO_FULL) says that samples
 * were lost after the ones in the buffer. One stream at a time: a second one completes with -EBUSY,
 * other triggers and options with -ENOTSUP, once.
 *
 * Faults while streaming: a bus error completes the request with -EIO; the driver then tries to set
 * up the chip anew every MAX3010X_RETRY_MS and streaming goes on where that works. An interrupt
 * that never came is noticed after two watermarks' time: the FIFO is emptied (its samples have no
 * known time) and streaming goes on. Both show as a step in the timestamps and in the counters.
 *
 * Power: a stream keeps the chip awake until it is cancelled, which is noticed within two
 * watermarks' time. With CONFIG_PM_DEVICE_RUNTIME and the node's zephyr,pm-device-runtime-auto it
 * sleeps otherwise (SHDN, LEDs off); who fetches or reads once takes it with
 * pm_device_runtime_get() and finds -ENODATA in a sleeping chip. Attributes can be set at any time.
 * All settings are written again on waking. Forced to sleep (pm_device_action_run), a stream loses
 * what its FIFO held, counted in `lost`, and goes on with the wake-up.
 */
#ifndef DRIVERS_SENSOR_MAX3010X_H_
#define DRIVERS_SENSOR_MAX3010X_H_

#include <stdint.h>
#include <zephyr/device.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAX3010X_FIFO_DEPTH  32 /* samples */
#define MAX3010X_SLOTS       4
#define MAX3010X_SAMPLE      3 /* bytes per slot */
#define MAX3010X_LED_STEP_UA 200
#define MAX3010X_RETRY_MS    500

enum max3010x_attribute {
	/*
	 * Channel RED, IR or GREEN; val1 in uA, 0 to 51000, rounded down to 200 uA. While streaming
	 * it changes after the next batch has been read, and the sample under way is dropped: a
	 * batch has one current, led_ua.
	 */
	MAX3010X_ATTR_LED_CURRENT = SENSOR_ATTR_PRIV_START,
	/* Any channel; val1 in us: 69, 118, 215 or 411, where the rate allows it. */
	MAX3010X_ATTR_PULSE_WIDTH,
	/*
	 * Any channel; val1 in ns, up to 130 ms: the true sample period by the host's clock, where
	 * known better than from the nominal rate. While streaming it is measured from the
	 * interrupts.
	 */
	MAX3010X_ATTR_PERIOD,
};

/* Since boot; wrap around. */
struct max3010x_counters {
	uint32_t batches;
	uint32_t samples;    /* handed out */
	uint32_t lost;       /* overwritten or dropped; the chip counts 31 at most per overflow */
	uint32_t overflows;  /* batches that lost samples */
	uint32_t bus_errors; /* transfers that failed */
	uint32_t lost_interrupts; /* watermarks that passed in silence */
	uint32_t recoveries;      /* times that the chip was set up anew */
	uint32_t mixed;           /* samples dropped because an LED changed within them */
};

/**
 * The work queue on which the driver reads its chips, at CONFIG_PULSE_MAX3010X_PRIORITY. A transfer
 * may block it; an application may put other work of the same bus there.
 */
struct k_work_q *max3010x_queue(void);

/** Copy of the counters, all of one instant; any thread. */
void max3010x_counters(const struct device *dev, struct max3010x_counters *out);

/**
 * Longest a sample waits in the FIFO before it is handed out, in ms at the nominal rate.
 */
uint32_t max3010x_latency_ms(const struct device *dev);

/* A batch as streaming and one-shot reads encode it; consumers use the decoder. */
struct max3010x_batch {
	uint64_t first_ns;  /* time of the first sample, on k_uptime's clock */
	uint32_t period_ns; /* between samples */
	uint8_t samples;
	uint8_t lost; /* samples missing after the last one; 31: that many or more */
	uint8_t slots;
	uint8_t led[MAX3010X_SLOTS];     /* LED number of each slot, 0: none */
	uint16_t led_ua[MAX3010X_SLOTS]; /* and its current */
	uint8_t fifo[];                  /* samples x slots x 3 bytes, big endian */
};

/* Bytes that hold any batch of `slots` slots. */
#define MAX3010X_BATCH_SIZE(slots)                                                                 \
	(sizeof(struct max3010x_batch) + MAX3010X_FIFO_DEPTH * (slots)*MAX3010X_SAMPLE)

#ifdef __cplusplus
}
#endif

#endif /* DRIVERS_SENSOR_MAX3010X_H_ */
