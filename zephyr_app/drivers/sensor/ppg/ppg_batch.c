/* SPDX-License-Identifier: Apache-2.0 */
/* From the FIFO into a request's buffer, with times. Callers hold the lock. */
#include <stdlib.h>
#include <string.h>
#include <zephyr/irq.h>

#include "ppg_batch.h"
#include "ppg_ops.h"

#define PERIOD_SMOOTHING 8 /* batches; an interrupt's time is uncertain by a tick */

/* A part further off than the tolerance: so many batches in a row say so, within 1/64. */
#define FAR_BATCHES   4
#define FAR_AGREEMENT 64
#define FAR_MOST      4 /* 1/4 of the reference; beyond it the FIFO's times are not to be trusted */

/* Take samples that an LED changed in out of the FIFO. @return how many, or a bus error */
static int drop_mixed(const struct device *dev, int samples)
{
	struct pulse_ppg_data *data = dev->data;
	uint8_t sample[PULSE_PPG_CHANNELS * PULSE_PPG_COUNT];
	int count = MIN(data->mixed, samples);
	int ret = 0;

	for (int i = 0; ret == 0 && i < count; i++) {
		ret = pulse_ppg_read(dev, sample, 1);
	}
	data->mixed -= count;
	data->counters.mixed += count;
	return ret == 0 ? count : ret;
}

/* Read `samples` samples into a request's buffer, behind a header. */
static int fill(const struct device *dev, struct rtio_iodev_sqe *request, int samples, uint8_t lost,
		int64_t first_ns)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;
	int dropped = drop_mixed(dev, samples);

	if (dropped < 0 || dropped == samples) {
		return MIN(dropped, 0) == 0 ? -ENODATA : dropped;
	}
	samples -= dropped;
	first_ns += (int64_t)dropped * data->period_ns;

	const size_t size = sizeof(struct pulse_ppg_batch) +
			    (size_t)samples * config->channels * PULSE_PPG_COUNT;
	uint8_t *buffer;
	uint32_t length;
	int ret = rtio_sqe_rx_buf(request, size, size, &buffer, &length);

	if (ret != 0) {
		/* The reader is behind: these samples are dropped, as in an overflow. */
		data->counters.lost += samples;
		data->counters.overflows++;
		(void)pulse_ppg_clear(dev);
		return ret;
	}

	struct pulse_ppg_batch *batch = (struct pulse_ppg_batch *)buffer;

	*batch = (struct pulse_ppg_batch){
		.first_ns = first_ns,
		.period_ns = data->period_ns,
		.samples = samples,
		.lost = lost,
		.channels = config->channels,
		.bits = config->bits,
	};
	memcpy(batch->led, config->led, sizeof(batch->led));
	memcpy(batch->color, config->color, sizeof(batch->color));
	for (int i = 0; i < config->channels; i++) {
		batch->led_ua[i] = config->led_step_ua * data->led_lit[config->led[i]];
	}
	ret = pulse_ppg_read(dev, batch->counts, samples);
	if (ret == 0) {
		data->counters.batches++;
		data->counters.samples += samples;
		data->counters.lost += lost;
		data->counters.overflows += lost > 0;
	} else {
		/* A failed request carries no buffer: its reader could not tell. */
		rtio_release_buffer(request->r, buffer, length);
		request->sqe.buf = NULL;
		request->sqe.buf_len = 0;
	}
	return ret;
}

/* One missed interrupt is an outlier; the same period again and again is the part's own. */
static void take_far_period(const struct pulse_ppg_config *config, struct pulse_ppg_data *data,
			    int64_t measured)
{
	int64_t off = llabs(measured - data->reference_ns);
	bool agrees = llabs(measured - data->far_ns) <= measured / FAR_AGREEMENT;

	if (off > data->reference_ns / FAR_MOST || measured > UINT32_MAX / (config->fifo - 1)) {
		data->far_batches = 0;
		return;
	}
	data->far_batches = agrees ? data->far_batches + 1 : 1;
	data->far_ns = measured;
	if (data->far_batches == FAR_BATCHES) {
		data->reference_ns = measured;
		data->period_ns = measured;
		data->far_batches = 0;
	}
}

/*
 * Between two interrupts the chip took as many samples as the batch before held beyond its
 * interrupt, and those that raised this one.
 */
static void measure_period(const struct pulse_ppg_config *config, struct pulse_ppg_data *data,
			   int64_t interrupt_ns, int at)
{
	int taken = data->previous_samples - data->previous_at + at;

	if (data->previous_ns != 0 && taken > 0) {
		int64_t measured = (interrupt_ns - data->previous_ns) / taken;
		int64_t reference = data->reference_ns;

		if (llabs(measured - reference) <= reference / PULSE_PPG_PERIOD_TOLERANCE) {
			data->period_ns += (measured - data->period_ns) / PERIOD_SMOOTHING;
			data->far_batches = 0;
		} else {
			take_far_period(config, data, measured);
		}
	}
}

int pulse_ppg_read_batch(const struct device *dev, struct rtio_iodev_sqe *request)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;
	uint8_t lost;
	int samples = pulse_ppg_level(dev, &lost);

	if (samples <= 0) {
		return samples == 0 ? -ENODATA : samples;
	}

	/* Samples that were there when the interrupt came; later ones came in the meantime. */
	int at = MIN(samples, config->watermark);
	unsigned int key = irq_lock();
	int64_t interrupt_ns = data->interrupt_ns;

	irq_unlock(key);
	measure_period(config, data, interrupt_ns, at);

	int ret = fill(dev, request, samples, lost,
		       interrupt_ns - (int64_t)(at - 1) * data->period_ns);

	data->previous_ns = ret == 0 && lost == 0 ? interrupt_ns : 0;
	data->previous_samples = samples;
	data->previous_at = at;
	return ret;
}

int pulse_ppg_read_now(const struct device *dev, struct rtio_iodev_sqe *request)
{
	struct pulse_ppg_data *data = dev->data;
	uint8_t lost = 0;
	int samples = data->suspended ? 0 : pulse_ppg_level(dev, &lost);

	if (samples <= 0) {
		return samples == 0 ? -ENODATA : samples;
	}
	return fill(dev, request, samples, lost,
		    pulse_ppg_now_ns() - (int64_t)(samples - 1) * data->period_ns);
}
