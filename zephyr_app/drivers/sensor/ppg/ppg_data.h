/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers of optical front ends share: configuration, state, and the chip's operations
 * that a driver brings. The shared files call one way: ppg.c, then ppg_pm.c, ppg_stream.c,
 * ppg_batch.c, then the chip; the decoder stands alone.
 */
#ifndef PPG_DATA_H_
#define PPG_DATA_H_

#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>
#include <zephyr/pm/device.h>
#include <zephyr/rtio/rtio.h>

#include <drivers/sensor/ppg.h>

/* A measured period further off than this is a missed interrupt, unless it persists. */
#define PULSE_PPG_PERIOD_TOLERANCE 16 /* 1/16: parts drift by a few percent at most */

/* The 32 bits of timestamp_delta, ns, hold a full FIFO's last sample up to this period. */
#define PULSE_PPG_PERIOD_MAX_NS(fifo)                                                              \
	(UINT32_MAX / ((fifo)-1) / (PULSE_PPG_PERIOD_TOLERANCE + 1) * PULSE_PPG_PERIOD_TOLERANCE)

/*
 * What a chip's driver brings. All are called with the lock held; each returns 0 or more, or the
 * bus's negative errno, which the shared part counts.
 */
struct pulse_ppg_chip {
	/** Check the part number; frees a blocked bus. @return 0, -ENODEV or a bus error */
	int (*identify)(const struct device *dev);
	/** Reset, write all settings with the LEDs at led_step, and sample: the FIFO is empty. */
	int (*set_up)(const struct device *dev);
	/** LEDs off, no samples, least current; registers may be lost. */
	int (*shut_down)(const struct device *dev);
	/** Empty the FIFO and release the interrupt pin. */
	int (*clear)(const struct device *dev);
	/** Samples in the FIFO, and how many were lost after them; releases the interrupt pin. */
	int (*level)(const struct device *dev, uint8_t *lost);
	/** Samples in the FIFO by its pointers alone: 0 for an empty one and for a full one. */
	int (*waiting)(const struct device *dev);
	/** The oldest samples, channels x 3 bytes each: counts, big endian, nothing above the bits.
	 */
	int (*read)(const struct device *dev, uint8_t *counts, int samples);
	/** Write the current of an LED, 0 to PULSE_PPG_LEDS - 1, in steps. */
	int (*light)(const struct device *dev, int led, uint8_t step);
	/** Time an LED is lit, us. @return -EINVAL: not one of the chip's, or not at this rate */
	int (*set_width)(const struct device *dev, int32_t us);
	int (*width)(const struct device *dev);
	/** Sense proximity; the interrupt says when the threshold was passed. NULL: the chip cannot
	 */
	int (*sense)(const struct device *dev);
	/**
	 * While sensing: samples in the FIFO. Sets *skin if the chip itself has found skin, and
	 * releases the interrupt pin.
	 */
	int (*sensed)(const struct device *dev, bool *skin);
};

/* First in every driver's configuration. */
struct pulse_ppg_config {
	const struct pulse_ppg_chip *chip;
	struct gpio_dt_spec interrupt;
	uint32_t led_ua[PULSE_PPG_LEDS];
	uint32_t led_step_ua;
	uint32_t led_max_ua;
	uint16_t rate_hz;
	uint8_t average; /* conversions per sample */
	uint8_t bits;    /* of a count */
	uint8_t fifo;    /* samples that the FIFO holds */
	uint8_t watermark;
	uint8_t channels;
	uint8_t led[PULSE_PPG_CHANNELS];   /* of each channel, 0 to PULSE_PPG_LEDS - 1 */
	uint8_t color[PULSE_PPG_CHANNELS]; /* 1 red, 2 infrared, 3 green, 0: no such channel */
	uint8_t proximity_step;            /* current while sensing proximity, in steps */
	uint32_t proximity_counts;         /* from which on the first channel sees skin */
};

/* First in every driver's data. */
struct pulse_ppg_data {
	const struct device *dev;
	struct k_mutex lock; /* the chip, and all below but for the interrupt's part */
	struct gpio_callback callback;
	struct pulse_ppg_counters counters;
	struct k_spinlock shown_lock;
	struct pulse_ppg_counters shown; /* counters as of the latest unlock; with shown_lock */

	uint8_t led_step[PULSE_PPG_LEDS]; /* as asked for */
	uint8_t led_lit[PULSE_PPG_LEDS];  /* as the chip has them: streaming, between batches */
	uint32_t reference_ns;            /* sample period: nominal or as the user calibrated it */
	uint32_t period_ns;               /* the same as measured */

	uint32_t counts[PULSE_PPG_CHANNELS]; /* of the last fetch */
	bool suspended;
	int64_t emptied_ns; /* when the FIFO was last empty */
	uint8_t mixed;      /* samples to drop: taken while an LED changed */

#ifdef CONFIG_SENSOR_ASYNC_API
	struct k_work service;             /* reads the FIFO after an interrupt */
	struct k_work_delayable watch;     /* notices silence; sets up the chip after a fault */
	struct rtio_iodev_sqe *pending;    /* the stream's request, completed by the next batch */
	struct rtio_iodev_sqe *completing; /* the same, while RTIO takes it back */
	bool streaming;
	bool held;         /* awake on the stream's behalf */
	bool faulty;       /* bus failed: set up anew before reading */
	bool sensing;      /* proximity, until skin is there */
	int watched_level; /* samples when the watch last looked and no batch has come since */

	int64_t interrupt_ns; /* time of the latest interrupt, written by it */
	/* Of the batch before, for measuring the period; previous_ns 0: none. */
	int64_t previous_ns;
	uint8_t previous_samples;
	uint8_t previous_at; /* samples in the FIFO at that interrupt */
	/* A period beyond the tolerance, and how many batches in a row have shown it. */
	uint32_t far_ns;
	uint8_t far_batches;
#endif
};

static inline const struct pulse_ppg_chip *pulse_ppg_chip(const struct device *dev)
{
	return ((const struct pulse_ppg_config *)dev->config)->chip;
}

/** The colour (1 to 3) of a sensor channel, 0 if it is none of an LED's. */
static inline uint8_t pulse_ppg_color(enum sensor_channel channel)
{
	switch (channel) {
	case SENSOR_CHAN_RED:
		return 1;
	case SENSOR_CHAN_IR:
		return 2;
	case SENSOR_CHAN_GREEN:
		return 3;
	default:
		return 0;
	}
}

/** Count a transfer that failed. @return error */
static inline int pulse_ppg_count_error(const struct device *dev, int error)
{
	struct pulse_ppg_data *data = dev->data;

	data->counters.bus_errors += error < 0;
	return error;
}

/** Give the lock back; counters show from now on. */
static inline void pulse_ppg_unlock(struct pulse_ppg_data *data)
{
	k_spinlock_key_t key = k_spin_lock(&data->shown_lock);

	data->shown = data->counters;
	k_spin_unlock(&data->shown_lock, key);
	k_mutex_unlock(&data->lock);
}

static inline int64_t pulse_ppg_now_ns(void)
{
	return k_ticks_to_ns_floor64(k_uptime_ticks());
}

#endif /* PPG_DATA_H_ */
