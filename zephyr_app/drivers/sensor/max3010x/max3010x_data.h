/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's configuration and state. Its files call one way: max3010x.c, then max3010x_pm.c,
 * max3010x_async.c, max3010x_batch.c, max3010x_chip.c; the decoder stands alone.
 */
#ifndef MAX3010X_DATA_H_
#define MAX3010X_DATA_H_

#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>
#include <zephyr/pm/device.h>
#include <zephyr/rtio/rtio.h>

#include <drivers/sensor/max3010x.h>
#include "max3010x_reg.h"

/* A measured period further than this from the reference is a missed interrupt, not a drift. */
#define MAX3010X_PERIOD_TOLERANCE 16 /* 1/16: parts drift by a few percent at most */

/* Bytes of a read at most: EasyDMA of an nRF52832 counts to 255, and its driver splits nothing. */
#define MAX3010X_BURST_MAX 255

/* The 32 bits of timestamp_delta, ns, hold a full FIFO's last sample up to this period. */
#define MAX3010X_PERIOD_MAX_NS                                                                     \
	(UINT32_MAX / (MAX3010X_FIFO_DEPTH - 1) / (MAX3010X_PERIOD_TOLERANCE + 1) *                \
	 MAX3010X_PERIOD_TOLERANCE)

struct max3010x_config {
	struct i2c_dt_spec i2c;
	struct gpio_dt_spec interrupt;
	uint32_t led_ua[3];
	uint16_t rate_hz;
	uint8_t average; /* conversions per sample */
	uint8_t fifo_config;
	uint8_t spo2_config;
	uint8_t watermark; /* samples */
	uint8_t slots;
	uint8_t led[MAX3010X_SLOTS];
};

struct max3010x_data {
	const struct device *dev;
	struct k_mutex lock; /* the chip, and all below but for the interrupt's part */
	struct gpio_callback callback;
	struct max3010x_counters counters;
	struct k_spinlock shown_lock;
	struct max3010x_counters shown; /* counters as of the latest unlock; with shown_lock */

	/* Settings, written again on every set-up. */
	uint8_t spo2_config;
	uint8_t led_pa[3];     /* as asked for */
	uint8_t led_lit[3];    /* as the chip has them: while streaming, changed between batches */
	uint32_t reference_ns; /* sample period: nominal or as the user calibrated it */
	uint32_t period_ns;    /* the same as measured */

	uint32_t counts[MAX3010X_SLOTS]; /* of the last fetch */
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
	int watched_level; /* samples when the watch last looked and no batch has come since */

	int64_t interrupt_ns; /* time of the latest interrupt, written by it */
	/* Of the batch before, for measuring the period; previous_ns 0: none. */
	int64_t previous_ns;
	uint8_t previous_samples;
	uint8_t previous_at; /* samples in the FIFO at that interrupt */
#endif
};

/** The 18 bits of one slot. */
static inline uint32_t max3010x_counts(const uint8_t *bytes)
{
	return ((uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2]) & 0x3ffff;
}

/** LED number (1 to 3) of a sensor channel, 0 if it is none of the LEDs. */
static inline uint8_t max3010x_led(enum sensor_channel channel)
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

/** Give the lock back; counters show from now on. */
static inline void max3010x_unlock(struct max3010x_data *data)
{
	k_spinlock_key_t key = k_spin_lock(&data->shown_lock);

	data->shown = data->counters;
	k_spin_unlock(&data->shown_lock, key);
	k_mutex_unlock(&data->lock);
}

static inline int64_t max3010x_now_ns(void)
{
	return k_ticks_to_ns_floor64(k_uptime_ticks());
}

#endif /* MAX3010X_DATA_H_ */
