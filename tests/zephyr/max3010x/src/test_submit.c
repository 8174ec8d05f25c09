/* SPDX-License-Identifier: Apache-2.0 */
/* Who may stream: triggers the chip has, one stream at a time, and no request is lost. */
#include <zephyr/ztest.h>

#include "fixture.h"
#include "stream.h"

SENSOR_DT_STREAM_IODEV(full_stream, PPG_NODE, {SENSOR_TRIG_FIFO_FULL, SENSOR_STREAM_DATA_INCLUDE});
SENSOR_DT_STREAM_IODEV(drop_stream, PPG_NODE,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_DROP});
SENSOR_DT_STREAM_IODEV(second_stream, PPG_NODE,
		       {SENSOR_TRIG_FIFO_WATERMARK, SENSOR_STREAM_DATA_INCLUDE});

#define OFTEN 10 /* more than the context has requests: a lost one would be missed */

static void after(void *unused)
{
	ARG_UNUSED(unused);
	close_stream();
}

ZTEST_SUITE(max3010x_submit, NULL, NULL, NULL, after, NULL);

static void expect_refusal(struct rtio_iodev *iodev, int error)
{
	for (int i = 0; i < OFTEN; i++) {
		zassert_ok(sensor_stream(iodev, &stream_context, NULL, NULL));
		zassert_equal(receive(0), error);
		zassert_equal(receive(0), -EAGAIN, "once");
	}
}

ZTEST(max3010x_submit, test_other_triggers_are_refused)
{
	expect_refusal(&full_stream, -ENOTSUP);
	expect_refusal(&drop_stream, -ENOTSUP);
	open_stream();
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK, PERIOD_US));
}

ZTEST(max3010x_submit, test_a_second_stream_is_refused)
{
	open_stream();
	int64_t start_us = oscillate(0, 2 * WATERMARK, PERIOD_US);

	expect_batch(0, WATERMARK, start_us);
	expect_refusal(&second_stream, -EBUSY);
	expect_batch(WATERMARK, WATERMARK, start_us + WATERMARK * PERIOD_US);
}

/* Sooner than the driver looks at the request that was cancelled. */
ZTEST(max3010x_submit, test_a_stream_is_opened_again_at_once)
{
	for (int i = 0; i < OFTEN; i++) {
		open_stream();
		cancel_stream();
	}
	open_stream();
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK, PERIOD_US));
	zassert_equal(receive(WATERMARK * PERIOD_US / 1000), -EAGAIN, "for one of them");
}

ZTEST(max3010x_submit, test_a_stream_that_is_opened_again_goes_on)
{
	open_stream();
	int64_t start_us = oscillate(0, OFTEN * WATERMARK, PERIOD_US);

	for (int i = 0; i < OFTEN; i++) {
		expect_batch(i * WATERMARK, WATERMARK, start_us + i * WATERMARK * PERIOD_US);
		cancel_stream();
		open_stream();
	}
}
