/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asynchronous API: one-shot reads and the stream.
 *
 * The interrupt notes the time and starts the service work, which reads the FIFO and completes the
 * stream's request; RTIO submits it again at once. Service and watch share pulse_ppg_queue().
 */
#include <zephyr/logging/log.h>
#include <zephyr/pm/device_runtime.h>
#include <zephyr/rtio/work.h>

#include "ppg_stream.h"
#include "ppg_batch.h"
#include "ppg_ops.h"

LOG_MODULE_DECLARE(pulse_ppg, CONFIG_SENSOR_LOG_LEVEL);

void pulse_ppg_interrupt(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;

	data->interrupt_ns = pulse_ppg_now_ns();
	(void)k_work_submit_to_queue(pulse_ppg_queue(), &data->service);
}

static void watch_again(const struct device *dev)
{
	const struct pulse_ppg_config *config = dev->config;
	struct pulse_ppg_data *data = dev->data;
	uint64_t two_batches_ns = 2ULL * config->watermark * data->period_ns;

	(void)k_work_reschedule_for_queue(pulse_ppg_queue(), &data->watch,
					  data->faulty || data->sensing ? K_MSEC(PULSE_PPG_RETRY_MS)
									: K_NSEC(two_batches_ns));
}

/*
 * Keep the chip awake for the stream. Without the lock: power management takes its own first, and
 * then this one.
 */
static void hold(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	bool held = pm_device_runtime_get(dev) == 0;

	k_mutex_lock(&data->lock, K_FOREVER);
	data->held = held;
	data->faulty = !held || pulse_ppg_clear(dev) != 0;
	data->previous_ns = 0;
	data->watched_level = 0;
	watch_again(dev);
	pulse_ppg_unlock(data);
}

static bool canceled(const struct rtio_iodev_sqe *request)
{
	return FIELD_GET(RTIO_SQE_CANCELED, request->sqe.flags) != 0;
}

/* Cancelled while it waited, or while it was served: then RTIO did not submit it again. */
static bool over(const struct pulse_ppg_data *data)
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
static void complete(struct pulse_ppg_data *data, struct rtio_iodev_sqe *request, int result)
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

/* From a fault or from proximity to sampling. With the lock. @return whether that worked */
static bool set_up_anew(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;

	data->sensing = false;
	data->faulty = pulse_ppg_set_up(dev) != 0;
	data->previous_ns = 0;
	data->watched_level = 0;
	return !data->faulty;
}

/* Nobody listens any more. With the lock, which it gives back. */
static void end_stream(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	struct rtio_iodev_sqe *request = data->pending;
	bool held = data->held;

	if (data->sensing) {
		(void)set_up_anew(dev);
	}
	data->pending = NULL;
	data->streaming = false;
	data->held = false;
	(void)k_work_cancel_delayable(&data->watch);
	pm_device_busy_clear(dev);
	pulse_ppg_unlock(data);

	if (held) {
		(void)pm_device_runtime_put(dev);
	}
	if (request != NULL) {
		rtio_iodev_sqe_err(request, -ECANCELED);
	}
}

void pulse_ppg_pause(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	uint8_t lost = 0;

	if (data->streaming && !data->sensing) {
		int level = pulse_ppg_level(dev, &lost);

		data->counters.lost += MAX(level, 0) + lost;
	}
	data->sensing = false;
	(void)k_work_cancel_delayable(&data->watch);
}

void pulse_ppg_go_on(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;

	data->faulty = false;
	data->previous_ns = 0;
	data->watched_level = 0;
	if (data->streaming) {
		watch_again(dev);
	}
}

int pulse_ppg_sense(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	int ret = 0;

	if (pulse_ppg_chip(dev)->sense == NULL) {
		return -ENOTSUP;
	}
	k_mutex_lock(&data->lock, K_FOREVER);
	if (!data->streaming || data->faulty || data->suspended) {
		ret = -ENODATA;
	} else if (!data->sensing) {
		ret = pulse_ppg_count_error(dev, pulse_ppg_chip(dev)->sense(dev));
		data->sensing = ret == 0;
		data->faulty = ret != 0;
		data->counters.proximities += ret == 0;
		watch_again(dev);
	}
	pulse_ppg_unlock(data);
	return ret;
}

/* An interrupt while sensing, or a look without one. With the lock. */
static void look_for_skin(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	int ret = pulse_ppg_skin(dev);

	if (ret != 0) {
		bool works = set_up_anew(dev);

		data->counters.recoveries += ret < 0 && works;
	}
	watch_again(dev);
}

/* Between two batches: the currents that were asked for. @return 0 or a bus error */
static int relight(const struct device *dev)
{
	int ret = pulse_ppg_light(dev);

	return ret > 0 ? pulse_ppg_mark_mixed(dev) : ret;
}

static void service(struct k_work *work)
{
	struct pulse_ppg_data *data = CONTAINER_OF(work, struct pulse_ppg_data, service);
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
		pulse_ppg_unlock(data); /* the watch or power management sets it up first */
		return;
	}
	if (data->sensing) {
		look_for_skin(dev);
		pulse_ppg_unlock(data);
		return;
	}
	ret = pulse_ppg_read_batch(dev, request);
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
	pulse_ppg_unlock(data);
}

/* Two batches' time without a batch, or a retry after a fault. */
static void watch(struct k_work *work)
{
	struct k_work_delayable *delayable = k_work_delayable_from_work(work);
	struct pulse_ppg_data *data = CONTAINER_OF(delayable, struct pulse_ppg_data, watch);
	const struct device *dev = data->dev;
	const struct pulse_ppg_config *config = dev->config;
	uint8_t lost = 0;

	k_mutex_lock(&data->lock, K_FOREVER);
	if (over(data)) {
		end_stream(dev);
		return;
	}
	if (!data->streaming || (data->suspended && data->held)) {
		pulse_ppg_unlock(data);
		return;
	}
	if (!data->held) {
		pulse_ppg_unlock(data);
		hold(dev);
		k_mutex_lock(&data->lock, K_FOREVER);
		data->counters.recoveries += !data->faulty;
		pulse_ppg_unlock(data);
		return;
	}

	if (data->sensing) {
		look_for_skin(dev);
		pulse_ppg_unlock(data);
		return;
	}

	int level = data->faulty ? -EIO : pulse_ppg_level(dev, &lost);

	if (level >= config->watermark) {
		/* Full without a word. When its samples were taken is not known: drop them. */
		data->counters.lost_interrupts++;
		data->counters.lost += level + lost;
		data->faulty = pulse_ppg_clear(dev) != 0;
		data->previous_ns = 0;
	} else if (level <= 0 || level == data->watched_level) {
		/* It failed on the bus, was reset behind our back, or its FIFO is stuck. */
		data->counters.lost += MAX(level, 0);
		data->counters.recoveries += set_up_anew(dev);
	} else {
		data->watched_level = level; /* slow or stuck: the next look tells */
	}
	watch_again(dev);
	pulse_ppg_unlock(data);
}

static void submit_stream(const struct device *dev, struct rtio_iodev_sqe *request,
			  const struct sensor_read_config *read)
{
	struct pulse_ppg_data *data = dev->data;

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
		pulse_ppg_unlock(data);
		refuse(request, -EBUSY); /* the chip has one FIFO */
		return;
	}
	data->pending = request;
	data->streaming = true;
	pm_device_busy_set(dev);
	pulse_ppg_unlock(data);
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
	struct pulse_ppg_data *data = dev->data;
	int ret;

	k_mutex_lock(&data->lock, K_FOREVER);
	ret = data->streaming ? -EBUSY : pulse_ppg_read_now(dev, request);
	pulse_ppg_unlock(data);

	if (ret == 0) {
		rtio_iodev_sqe_ok(request, 0);
	} else {
		rtio_iodev_sqe_err(request, ret);
	}
}

void pulse_ppg_submit(const struct device *dev, struct rtio_iodev_sqe *request)
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

void pulse_ppg_async_init(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;

	k_work_init(&data->service, service);
	k_work_init_delayable(&data->watch, watch);
}
