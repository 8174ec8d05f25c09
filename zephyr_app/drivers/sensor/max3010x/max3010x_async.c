/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asynchronous API: one-shot reads and the stream.
 *
 * The interrupt notes the time and starts the service work, which reads the FIFO and completes the
 * stream's request; RTIO submits it again at once. Service and watch share max3010x_queue().
 */
#include <zephyr/logging/log.h>
#include <zephyr/pm/device_runtime.h>
#include <zephyr/rtio/work.h>

#include "max3010x_async.h"
#include "max3010x_batch.h"
#include "max3010x_chip.h"

LOG_MODULE_DECLARE(max3010x, CONFIG_SENSOR_LOG_LEVEL);

void max3010x_interrupt(const struct device *dev)
{
	struct max3010x_data *data = dev->data;

	data->interrupt_ns = max3010x_now_ns();
	(void)k_work_submit_to_queue(max3010x_queue(), &data->service);
}

static void watch_again(const struct device *dev)
{
	const struct max3010x_config *config = dev->config;
	struct max3010x_data *data = dev->data;
	uint64_t two_batches_ns = 2ULL * config->watermark * data->period_ns;

	(void)k_work_reschedule_for_queue(max3010x_queue(), &data->watch,
					  data->faulty ? K_MSEC(MAX3010X_RETRY_MS)
						       : K_NSEC(two_batches_ns));
}

/*
 * Keep the chip awake for the stream. Without the lock: power management takes its own first, and
 * then this one.
 */
static void hold(const struct device *dev)
{
	struct max3010x_data *data = dev->data;
	bool held = pm_device_runtime_get(dev) == 0;

	k_mutex_lock(&data->lock, K_FOREVER);
	data->held = held;
	data->faulty = !held || max3010x_clear(dev) != 0;
	data->previous_ns = 0;
	data->watched_level = 0;
	watch_again(dev);
	max3010x_unlock(data);
}

static bool canceled(const struct rtio_iodev_sqe *request)
{
	return FIELD_GET(RTIO_SQE_CANCELED, request->sqe.flags) != 0;
}

/* Cancelled while it waited, or while it was served: then RTIO did not submit it again. */
static bool over(const struct max3010x_data *data)
{
	return data->streaming && (data->pending == NULL || canceled(data->pending));
}

/*
 * An error that ends the request for good. RTIO submits a multishot request again from within its
 * completion: left as it is, it would be refused again, and so on until the stack is full.
 */
static void refuse(struct rtio_iodev_sqe *request, int error)
{
	request->sqe.flags &= ~RTIO_SQE_MULTISHOT;
	rtio_iodev_sqe_err(request, error);
}

/*
 * With the lock, which submit_stream() takes once more: RTIO submits the request again from within,
 * and no other may take its place in between.
 */
static void complete(struct max3010x_data *data, struct rtio_iodev_sqe *request, int result)
{
	data->pending = NULL;
	data->completing = request;
	if (result == 0) {
		rtio_iodev_sqe_ok(request, 0);
	} else {
		rtio_iodev_sqe_err(request, result);
	}
	data->completing = NULL;
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
	pm_device_busy_clear(dev);
	max3010x_unlock(data);

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

/* Between two batches: the currents that were asked for. @return 0 or a bus error */
static int relight(const struct device *dev)
{
	int ret = max3010x_light(dev);

	return ret > 0 ? max3010x_mark_mixed(dev) : ret;
}

static void service(struct k_work *work)
{
	struct max3010x_data *data = CONTAINER_OF(work, struct max3010x_data, service);
	const struct device *dev = data->dev;
	struct rtio_iodev_sqe *request;
	int ret;

	k_mutex_lock(&data->lock, K_FOREVER);
	request = data->pending;
	if (over(data)) {
		end_stream(dev);
		return;
	}
	if (request == NULL || data->faulty || data->suspended) {
		max3010x_unlock(data); /* the watch or power management sets it up first */
		return;
	}
	ret = max3010x_read_batch(dev, request);
	if (ret != 0 && ret != -ENODATA && ret != -ENOMEM) {
		LOG_WRN("%s: bus error %d", dev->name, ret);
		data->faulty = true;
	} else if (ret != -ENODATA && relight(dev) != 0) {
		data->faulty = true; /* the batch itself is sound */
	}
	/* Held up together with this work, it may wait behind it already. */
	(void)k_work_cancel_delayable(&data->watch);
	data->watched_level = 0;
	watch_again(dev);
	if (ret != -ENODATA) { /* an interrupt without samples: wait on */
		complete(data, request, ret);
	}
	max3010x_unlock(data);
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
	if (over(data)) {
		end_stream(dev);
		return;
	}
	if (!data->streaming || (data->suspended && data->held)) {
		max3010x_unlock(data);
		return;
	}
	if (!data->held) {
		max3010x_unlock(data);
		hold(dev);
		k_mutex_lock(&data->lock, K_FOREVER);
		data->counters.recoveries += !data->faulty;
		max3010x_unlock(data);
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
	max3010x_unlock(data);
}

static void submit_stream(const struct device *dev, struct rtio_iodev_sqe *request,
			  const struct sensor_read_config *read)
{
	struct max3010x_data *data = dev->data;

	for (size_t i = 0; i < read->count; i++) {
		if (read->triggers[i].trigger != SENSOR_TRIG_FIFO_WATERMARK ||
		    read->triggers[i].opt != SENSOR_STREAM_DATA_INCLUDE) {
			refuse(request, -ENOTSUP);
			return;
		}
	}
	k_mutex_lock(&data->lock, K_FOREVER);

	struct rtio_iodev_sqe *before = data->pending;
	bool first = !data->streaming;

	if ((before != NULL && !canceled(before)) ||
	    (data->completing != NULL && data->completing != request)) {
		max3010x_unlock(data);
		refuse(request, -EBUSY); /* the chip has one FIFO */
		return;
	}
	data->pending = request;
	data->streaming = true;
	pm_device_busy_set(dev);
	max3010x_unlock(data);
	if (before != NULL) {
		rtio_iodev_sqe_err(before, -ECANCELED); /* the stream goes on for another */
	}
	if (first) {
		hold(dev);
	}
}

static void read_once(struct rtio_iodev_sqe *request)
{
	const struct sensor_read_config *read = request->sqe.iodev->data;
	const struct device *dev = read->sensor;
	struct max3010x_data *data = dev->data;
	int ret;

	k_mutex_lock(&data->lock, K_FOREVER);
	ret = data->streaming ? -EBUSY : max3010x_read_now(dev, request);
	max3010x_unlock(data);

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
		refuse(request, -ENOMEM);
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
