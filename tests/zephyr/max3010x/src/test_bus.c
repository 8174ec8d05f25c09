/* SPDX-License-Identifier: Apache-2.0 */
/* A bus that its chip blocks, or that takes its time; two slots at their highest rate. */
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/rtio/rtio.h>
#include <zephyr/ztest.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>
#include "bus.h"

#define BLOCKER DT_NODELABEL(blocker)

SENSOR_DT_STREAM_IODEV(blocker_stream, BLOCKER,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});
RTIO_DEFINE_WITH_MEMPOOL(blocker_context, 2, 4, 16, 64, 4);

#define LOOK_MS     50 /* at 800 Hz, two batches' silence is 43 */
#define TRANSFER_MS 2

static const struct device *const ppg = DEVICE_DT_GET(BLOCKER);
static const struct emul *const chip = EMUL_DT_GET(BLOCKER);

static void *start(void)
{
	/* As after a reset of the processor in the middle of a byte. */
	bus_block();
	zassert_ok(device_init(ppg));
	return NULL;
}

/* The stream has been cancelled: wait until the driver has noticed. */
static void after(void *unused)
{
	struct rtio_cqe *cqe;

	ARG_UNUSED(unused);
	bus_delay(0);
	k_msleep(LOOK_MS);
	while ((cqe = rtio_cqe_consume(&blocker_context)) != NULL) {
		rtio_cqe_release(&blocker_context, cqe);
	}
}

ZTEST_SUITE(max3010x_bus, NULL, start, NULL, after, NULL);

static struct rtio_sqe *open(void)
{
	struct rtio_sqe *stream = NULL;

	zassert_ok(sensor_stream(&blocker_stream, &blocker_context, NULL, &stream));
	return stream;
}

/* The chip takes a batch, and the driver is in the middle of reading it. */
static void take_batch(void)
{
	const uint32_t counts[PULSE_PPG_CHANNELS] = {1, 2};

	for (int i = 0; i < 17; i++) {
		pulse_ppg_emul_push(chip, counts);
	}
	k_msleep(TRANSFER_MS / 2);
}

static void expect(int result)
{
	struct rtio_cqe *cqe = NULL;
	uint8_t *buffer = NULL;
	uint32_t length = 0;

	for (int ms = 0; cqe == NULL && ms < 10 * TRANSFER_MS; ms++) {
		k_msleep(1);
		cqe = rtio_cqe_consume(&blocker_context);
	}
	zassert_not_null(cqe);
	zassert_equal(cqe->result, result, "%d", cqe->result);
	if (result == 0) {
		zassert_ok(rtio_cqe_get_mempool_buffer(&blocker_context, cqe, &buffer, &length));
		rtio_release_buffer(&blocker_context, buffer, length);
	}
	rtio_cqe_release(&blocker_context, cqe);
}

ZTEST(max3010x_bus, test_a_second_stream_is_refused_while_the_first_is_read)
{
	struct rtio_sqe *stream = open();

	bus_delay(TRANSFER_MS);
	take_batch();
	(void)open();
	expect(0);
	expect(-EBUSY);
	take_batch();
	expect(0);
	rtio_sqe_cancel(stream);
}

ZTEST(max3010x_bus, test_a_stream_is_opened_again_while_it_is_read)
{
	struct rtio_sqe *stream = open();

	bus_delay(TRANSFER_MS);
	for (int i = 0; i < 5; i++) {
		take_batch();
		rtio_sqe_cancel(stream);
		stream = open();
		zassert_is_null(rtio_cqe_consume(&blocker_context), "ordered off");
	}
	take_batch();
	expect(0);
	rtio_sqe_cancel(stream);
}

ZTEST(max3010x_bus, test_a_blocked_bus_is_freed)
{
	struct pulse_ppg_counters first, then;
	struct rtio_sqe *stream = open();

	zassert_equal(bus_recoveries(), 1, "by the set-up");
	zassert_true(device_is_ready(ppg));
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x09), 0x07, "running");

	/* While streaming: silence, and the set-up that follows. */
	pulse_ppg_counters(ppg, &first);
	bus_block();
	k_msleep(LOOK_MS);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(bus_recoveries(), 2);
	zassert_equal(then.recoveries, first.recoveries + 1);
	zassert_equal(then.bus_errors, first.bus_errors + 2, "level, part number");
	rtio_sqe_cancel(stream);
}

ZTEST(max3010x_bus, test_widths_too_long_for_the_rate_are_refused)
{
	struct sensor_value width = {.val1 = 411};

	zassert_equal(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &width),
		      -EINVAL);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0a) & 3, 2);
	width.val1 = 118;
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &width));
	width.val1 = 215;
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &width));
}
