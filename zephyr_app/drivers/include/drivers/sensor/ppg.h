/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Optical front ends (AFE): what an application asks of one, whatever its chip. docs/porting_afe.md
 * shows how to write a driver for another one.
 *
 * A front end is a sensor of Zephyr's with more functions: every device whose api is a struct
 * pulse_ppg_api also takes Zephyr's sensor calls. One sample holds 1 to 4 channels: the light of
 * one LED at one photodiode each. Channels SENSOR_CHAN_RED, _IR and _GREEN read ADC counts (val1 of
 * channel_get; q31 with the batch's bits as shift from the decoder).
 *
 * Start: sensor_stream() with SENSOR_TRIG_FIFO_WATERMARK. It completes once per watermark with all
 * samples in the FIFO, a struct pulse_ppg_batch. Stop: rtio_sqe_cancel(). One stream at a time: a
 * second one completes with -EBUSY, other triggers and options with -ENOTSUP, once.
 *
 * Faults while streaming: a bus error completes the request with -EIO; the driver then tries to set
 * up the chip anew every PULSE_PPG_RETRY_MS and streaming goes on where that works. An interrupt
 * that never came is noticed after two watermarks' time: the FIFO is emptied (its samples have no
 * known time) and streaming goes on. Both show as a step in the timestamps and in the counters.
 *
 * Power: a stream keeps the chip awake until it is cancelled, which is noticed within two
 * watermarks' time. With CONFIG_PM_DEVICE_RUNTIME and the node's zephyr,pm-device-runtime-auto it
 * sleeps otherwise (LEDs off); who fetches or reads once takes it with pm_device_runtime_get() and
 * finds -ENODATA in a sleeping chip. Attributes can be set at any time. All settings are written
 * again on waking. Forced to sleep (pm_device_action_run), a stream loses what its FIFO held,
 * counted in `lost`, and goes on with the wake-up.
 */
#ifndef DRIVERS_SENSOR_PPG_H_
#define DRIVERS_SENSOR_PPG_H_

#include <stdbool.h>
#include <stdint.h>
#include <zephyr/device.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PULSE_PPG_CHANNELS 4 /* at most */
#define PULSE_PPG_LEDS     3 /* that a chip drives, at most */
#define PULSE_PPG_COUNT    3 /* bytes of a count in a batch */
#define PULSE_PPG_RETRY_MS 500

enum pulse_ppg_attribute {
	/*
	 * Channel RED, IR or GREEN: its LED; val1 in uA, rounded down to the chip's step. While
	 * streaming it changes after the next batch has been read, and the sample under way is
	 * dropped: a batch has one current for each channel, led_ua.
	 */
	PULSE_PPG_ATTR_LED_CURRENT = SENSOR_ATTR_PRIV_START,
	/* Any channel; val1 in us: the time an LED is lit, one that the chip knows. */
	PULSE_PPG_ATTR_PULSE_WIDTH,
	/*
	 * Any channel; val1 in ns, up to 130 ms: the true sample period by the host's clock, where
	 * known better than from the nominal rate. While streaming it is measured from the
	 * interrupts.
	 */
	PULSE_PPG_ATTR_PERIOD,
};

/* Since boot; wrap around. */
struct pulse_ppg_counters {
	uint32_t batches;
	uint32_t samples;         /* handed out */
	uint32_t lost;            /* overwritten or dropped, as far as the chip counts them */
	uint32_t overflows;       /* batches that lost samples */
	uint32_t bus_errors;      /* transfers that failed */
	uint32_t lost_interrupts; /* watermarks that passed in silence */
	uint32_t recoveries;      /* times that the chip was set up anew */
	uint32_t mixed;           /* samples dropped because an LED changed within them */
	uint32_t proximities;     /* times that the chip went to proximity sensing */
};

/* What a front end is, constant. */
struct pulse_ppg_info {
	uint8_t channels;
	uint8_t bits;         /* of a count */
	uint8_t fifo;         /* samples that it holds */
	bool proximity;       /* it can: pulse_ppg_proximity() */
	uint32_t led_step_ua; /* of an LED's current */
	uint32_t led_max_ua;
	uint32_t latency_ms; /* longest a sample waits before it is handed out, at the nominal rate
			      */
};

/* A batch as streaming and one-shot reads encode it. */
struct pulse_ppg_batch {
	uint64_t first_ns;  /* time of the first sample, on k_uptime's clock */
	uint32_t period_ns; /* between samples */
	uint8_t samples;
	uint8_t lost; /* overflow: samples missing after the last one, this many or more */
	uint8_t channels;
	uint8_t bits;                        /* of a count: full scale is 2^bits - 1 */
	uint8_t led[PULSE_PPG_CHANNELS];     /* each channel's LED, 0 to PULSE_PPG_LEDS - 1 */
	uint8_t color[PULSE_PPG_CHANNELS];   /* its colour: 1 red, 2 infrared, 3 green */
	uint32_t led_ua[PULSE_PPG_CHANNELS]; /* and its current */
	uint8_t counts[];                    /* samples x channels x 3 bytes, big endian */
};

/** Bytes that hold any batch of a FIFO of `samples`. */
#define PULSE_PPG_BATCH_SIZE(samples, channels)                                                    \
	(sizeof(struct pulse_ppg_batch) + (samples) * (channels)*PULSE_PPG_COUNT)

/** Count of one channel of one sample. */
static inline uint32_t pulse_ppg_counts(const struct pulse_ppg_batch *batch, int sample,
					int channel)
{
	const uint8_t *bytes =
		&batch->counts[(sample * batch->channels + channel) * PULSE_PPG_COUNT];

	return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

/** Time of a sample, us on k_uptime's clock. */
static inline int64_t pulse_ppg_time_us(const struct pulse_ppg_batch *batch, int sample)
{
	return (int64_t)((batch->first_ns + (uint64_t)sample * batch->period_ns) / NSEC_PER_USEC);
}

/** What every driver of a front end provides; a struct sensor_driver_api comes first. */
struct pulse_ppg_api {
	struct sensor_driver_api sensor;
	void (*info)(const struct device *dev, struct pulse_ppg_info *out);
	void (*counters)(const struct device *dev, struct pulse_ppg_counters *out);
	int (*led)(const struct device *dev, int channel, uint32_t ua);
	int (*proximity)(const struct device *dev);
};

/** Constant facts; any thread. */
static inline void pulse_ppg_info(const struct device *dev, struct pulse_ppg_info *out)
{
	((const struct pulse_ppg_api *)dev->api)->info(dev, out);
}

/** Copy of the counters, all of one instant; any thread. */
static inline void pulse_ppg_counters(const struct device *dev, struct pulse_ppg_counters *out)
{
	((const struct pulse_ppg_api *)dev->api)->counters(dev, out);
}

/**
 * Current of a channel's LED, uA, as PULSE_PPG_ATTR_LED_CURRENT. May wait for the bus.
 * @return 0; -EINVAL: no such channel or current; a bus error while no stream is open
 */
static inline int pulse_ppg_led(const struct device *dev, int channel, uint32_t ua)
{
	return ((const struct pulse_ppg_api *)dev->api)->led(dev, channel, ua);
}

/**
 * No skin is there: sense proximity at a faint LED until it is, and stream on then. Batches pause
 * meanwhile; the first one after it comes within a second of the touch. What the FIFO holds is
 * dropped. May wait for the bus.
 * @return 0, also when it waits already; -ENOTSUP: the chip cannot; -ENODATA: no stream is open;
 * or a bus error
 */
static inline int pulse_ppg_proximity(const struct device *dev)
{
	return ((const struct pulse_ppg_api *)dev->api)->proximity(dev);
}

/**
 * The work queue on which drivers read their chips, at CONFIG_PULSE_PPG_PRIORITY. A transfer may
 * block it; an application may put other work of the same bus there.
 */
struct k_work_q *pulse_ppg_queue(void);

#ifdef __cplusplus
}
#endif

#endif /* DRIVERS_SENSOR_PPG_H_ */
