/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asynchronous API: one-shot reads and the stream.
 *
 * The interrupt notes the time and starts the service work, which reads the FIFO and completes the
 * stream's request; RTIO submits the next one at once. Service and watch share the system work
 * queue.
 */
#include <zephyr/irq.h>
#include <zephyr/logging/log.h>
#include <zephyr/pm/device_runtime.h>
#include <zephyr/rtio/work.h>

#include "max3010x.h"

LOG_MODULE_DECLARE(max3010x, CONFIG_SENSOR_LOG_LEVEL);

/* A measured period further than this from the reference is a missed interrupt, not a drift. */
#define PERIOD_TOLERANCE 16 /* 1/16: parts drift by a few percent at most */
#define PERIOD_SMOOTHING 8  /* batches; an interrupt's time is uncertain by a tick */

static int64_t now_ns(void)
{
	return k_ticks_to_ns_floor64(k_uptime_ticks());
}

void max3010x_interrupt(const struct device *dev)
{
	struct max3010x_data *data = dev->data;

	data->interrupt_ns = now_ns();
	k_work_submit(&data->service);
}

static void watch_again(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint64_t two_batches_ns = 2ULL * config->watermark * data->period_ns;

	k_work_reschedule(&data->watch,
			  data->faulty ? K_MSEC(MAX3010X_RETRY_MS) : K_NSEC(two_batches_ns));
}

/*
 * Keep the chip awake for the stream. Without the lock: power management takes its own first, and
 * then this one.
 */
static void hold(const struct device *dev)
{
	struct max3010x_data *data = dev->data;

	pm_device_busy_set(dev);

	bool held = pm_device_runtime_get(dev) == 0;

	k_mutex_lock(&data->lock, K_FOREVER);
	data->held = held;
	data->faulty = !held || max3010x_clear(dev) != 0;
	data->previous_ns = 0;
	data->watched_level = 0;
	watch_again(dev);
	k_mutex_unlock(&data->lock);
}

static bool canceled(const struct rtio_iodev_sqe *request)
{
	return FIELD_GET(RTIO_SQE_CANCELED, request->sqe.flags) != 0;
}

/* Nobody listens any more. With the lock, which it gives back. */
static void end_stream(const struct device *dev)
{
	struct max3010x_data *data = dev->data;
	struct rtio_iodev_sqe *request = data->pending;
	bool held = data->held;

	data->pending = NULL;
	data->streaming = false;
	data->held = false;
	(void)k_work_cancel_delayable(&data->watch);
	k_mutex_unlock(&data->lock);

	pm_device_busy_clear(dev);
	if (held) {
		(void)pm_device_runtime_put(dev);
	}
	if (request != NULL) {
		rtio_iodev_sqe_err(request, -ECANCELED);
	}
}

void max3010x_pause(const struct device *dev)
{
	struct max3010x_data *data = dev->data;
	uint8_t lost = 0;

	if (data->streaming) {
		int level = max3010x_level(dev, &lost);

		data->counters.lost += MAX(level, 0) + lost;
		(void)k_work_cancel_delayable(&data->watch);
	}
}

void max3010x_go_on(const struct device *dev)
{
	struct max3010x_data *data = dev->data;

	data->faulty = false;
	data->previous_ns = 0;
	data->watched_level = 0;
	if (data->streaming) {
		watch_again(dev);
	}
}

/* Read `samples` samples into a request's buffer, behind a header. */
static int fill(const struct device *dev, struct rtio_iodev_sqe *request, int samples, uint8_t lost,
		int64_t first_ns)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	const size_t size =
		sizeof(struct max3010x_batch) + (size_t)samples * config->slots * MAX3010X_SAMPLE;
	uint8_t *buffer;
	uint32_t length;
	int ret = rtio_sqe_rx_buf(request, size, size, &buffer, &length);

	if (ret != 0) {
		/* The reader is behind: these samples are dropped, as in an overflow. */
		data->counters.lost += samples;
		data->counters.overflows++;
		(void)max3010x_clear(dev);
		return ret;
	}

	struct max3010x_batch *batch = (struct max3010x_batch *)buffer;

	*batch = (struct max3010x_batch){
		.first_ns = first_ns,
		.period_ns = data->period_ns,
		.samples = samples,
		.lost = lost,
		.slots = config->slots,
	};
	memcpy(batch->led, config->led, sizeof(batch->led));
	for (int i = 0; i < config->slots; i++) {
		batch->led_ua[i] = MAX3010X_LED_STEP_UA * data->led_lit[config->led[i] - 1];
	}
	ret = max3010x_read_fifo(dev, batch->fifo, samples);
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

/*
 * Between two interrupts the chip took as many samples as the batch before held beyond its
 * interrupt, and those that raised this one.
 */
static void measure_period(struct max3010x_data *data, int64_t interrupt_ns, int at)
{
	int taken = data->previous_samples - data->previous_at + at;

	if (data->previous_ns != 0 && taken > 0) {
		int64_t measured = (interrupt_ns - data->previous_ns) / taken;
		int64_t reference = data->reference_ns;

		if (llabs(measured - reference) <= reference / PERIOD_TOLERANCE) {
			data->period_ns += (measured - data->period_ns) / PERIOD_SMOOTHING;
		}
	}
}

static int read_batch(const struct device *dev, struct rtio_iodev_sqe *request)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint8_t lost;
	int samples = max3010x_level(dev, &lost);

	if (samples <= 0) {
		return samples == 0 ? -ENODATA : samples;
	}

	/* Samples that were there when the interrupt came; later ones came in the meantime. */
	int at = MIN(samples, config->watermark);
	unsigned int key = irq_lock();
	int64_t interrupt_ns = data->interrupt_ns;

	irq_unlock(key);
	measure_period(data, interrupt_ns, at);

	int ret = fill(dev, request, samples, lost,
		       interrupt_ns - (int64_t)(at - 1) * data->period_ns);

	data->previous_ns = ret == 0 && lost == 0 ? interrupt_ns : 0;
	data->previous_samples = samples;
	data->previous_at = at;
	return ret;
}

static void service(struct k_work *work)
{
	struct max3010x_data *data = CONTAINER_OF(work, struct max3010x_data, service);
	const struct device *dev = data->dev;
	struct rtio_iodev_sqe *request;
	int ret;

	k_mutex_lock(&data->lock, K_FOREVER);
	request = data->pending;
	if (data->streaming && (request == NULL || canceled(request))) {
		end_stream(dev);
		return;
	}
	if (request == NULL || data->faulty || data->suspended) {
		k_mutex_unlock(&data->lock); /* the watch or power management sets it up first */
		return;
	}
	data->pending = NULL;
	ret = read_batch(dev, request);
	if (ret == -ENODATA) {
		data->pending = request; /* an interrupt without samples: wait on */
	} else if (ret != 0 && ret != -ENOMEM) {
		LOG_WRN("%s: bus error %d", dev->name, ret);
		data->faulty = true;
	} else if (max3010x_light(dev) != 0) {
		data->faulty = true; /* the batch itself is sound */
	}
	/* Held up together with this work, it may wait behind it already. */
	(void)k_work_cancel_delayable(&data->watch);
	data->watched_level = 0;
	watch_again(dev);
	k_mutex_unlock(&data->lock);

	if (ret == 0) {
		rtio_iodev_sqe_ok(request, 0);
	} else if (ret != -ENODATA) {
		rtio_iodev_sqe_err(request, ret);
	}
}

/* Two batches' time without a batch, or a retry after a fault. */
static void watch(struct k_work *work)
{
	struct k_work_delayable *delayable = k_work_delayable_from_work(work);
	struct max3010x_data *data = CONTAINER_OF(delayable, struct max3010x_data, watch);
	const struct device *dev = data->dev;
	const struct max3010x_config *config = dev->config;
	uint8_t lost = 0;

	k_mutex_lock(&data->lock, K_FOREVER);
	if (data->streaming && data->pending != NULL && canceled(data->pending)) {
		end_stream(dev);
		return;
	}
	if (!data->streaming || (data->suspended && data->held)) {
		k_mutex_unlock(&data->lock);
		return;
	}
	if (!data->held) {
		k_mutex_unlock(&data->lock);
		hold(dev);
		data->counters.recoveries += !data->faulty;
		return;
	}

	int level = data->faulty ? -EIO : max3010x_level(dev, &lost);

	if (level >= config->watermark) {
		/* Full without a word. When its samples were taken is not known: drop them. */
		data->counters.lost_interrupts++;
		data->counters.lost += level + lost;
		data->faulty = max3010x_clear(dev) != 0;
		data->previous_ns = 0;
	} else if (level <= 0 || level == data->watched_level) {
		/* It failed on the bus, was reset behind our back, or its FIFO is stuck. */
		data->counters.lost += MAX(level, 0);
		data->faulty = max3010x_set_up(dev) != 0;
		data->counters.recoveries += !data->faulty;
		data->previous_ns = 0;
		data->watched_level = 0;
	} else {
		data->watched_level = level; /* slow or stuck: the next look tells */
	}
	watch_again(dev);
	k_mutex_unlock(&data->lock);
}

static void submit_stream(const struct device *dev, struct rtio_iodev_sqe *request,
			  const struct sensor_read_config *read)
{
	struct max3010x_data *data = dev->data;

	for (size_t i = 0; i < read->count; i++) {
		if (read->triggers[i].trigger != SENSOR_TRIG_FIFO_WATERMARK ||
		    read->triggers[i].opt != SENSOR_STREAM_DATA_INCLUDE) {
			rtio_iodev_sqe_err(request, -ENOTSUP);
			return;
		}
	}
	k_mutex_lock(&data->lock, K_FOREVER);

	bool first = !data->streaming;

	data->pending = request;
	data->streaming = true;
	k_mutex_unlock(&data->lock);
	if (first) {
		hold(dev);
	}
}

/* What the FIFO holds now; the newest sample counts as taken now. */
static void read_once(struct rtio_iodev_sqe *request)
{
	const struct sensor_read_config *read = request->sqe.iodev->data;
	const struct device *dev = read->sensor;
	struct max3010x_data *data = dev->data;
	uint8_t lost = 0;
	int ret = -EBUSY;

	k_mutex_lock(&data->lock, K_FOREVER);
	if (!data->streaming) {
		int samples = data->suspended ? 0 : max3010x_level(dev, &lost);

		if (samples > 0) {
			ret = fill(dev, request, samples, lost,
				   now_ns() - (int64_t)(samples - 1) * data->period_ns);
		} else {
			ret = samples == 0 ? -ENODATA : samples;
		}
	}
	k_mutex_unlock(&data->lock);

	if (ret == 0) {
		rtio_iodev_sqe_ok(request, 0);
	} else {
		rtio_iodev_sqe_err(request, ret);
	}
}

void max3010x_submit(const struct device *dev, struct rtio_iodev_sqe *request)
{
	const struct sensor_read_config *read = request->sqe.iodev->data;

	if (read->is_streaming) {
		submit_stream(dev, request, read);
		return;
	}

	struct rtio_work_req *work = rtio_work_req_alloc();

	if (work == NULL) {
		rtio_iodev_sqe_err(request, -ENOMEM);
		return;
	}
	rtio_work_req_submit(work, request, read_once);
}

void max3010x_async_init(const struct device *dev)
{
	struct max3010x_data *data = dev->data;

	k_work_init(&data->service, service);
	k_work_init_delayable(&data->watch, watch);
}
