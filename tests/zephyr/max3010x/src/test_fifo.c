/* SPDX-License-Identifier: Apache-2.0 */
/* What the FIFO holds: full or empty, samples that an LED changed in, long reads in parts. */
#include <zephyr/ztest.h>

#include "fixture.h"
#include "stream.h"

SENSOR_DT_READ_IODEV(four_read, DT_NODELABEL(four), {SENSOR_CHAN_GREEN, 0});
RTIO_DEFINE_WITH_MEMPOOL(four_context, 4, 4, 16, 64, 8);

static void before(void *unused)
{
	ARG_UNUSED(unused);
	while (sensor_sample_fetch(ppg) == 0) {
		/* empties the FIFO */
	}
	open_stream();
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	pulse_ppg_emul_raise_again(chip, false);
	close_stream();
}

ZTEST_SUITE(max3010x_fifo, NULL, NULL, before, after, NULL);

/*
 * A sample comes between the status and the pointers: where the chip raises its status again, the
 * next look finds equal pointers and a raised status, and yet no sample.
 */
static void expect_no_phantoms(bool raises_again)
{
	struct pulse_ppg_counters first, then;
	int64_t start;

	pulse_ppg_counters(ppg, &first);
	pulse_ppg_emul_raise_again(chip, raises_again);
	pulse_ppg_emul_push_late(chip, 1017);
	start = oscillate(1000, WATERMARK, PERIOD_US);
	expect_batch(1000, WATERMARK + 1, start);
	zassert_equal(receive(50), -EAGAIN, "phantoms");
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.samples, first.samples + WATERMARK + 1);
	zassert_equal(then.lost, first.lost);
}

ZTEST(max3010x_fifo, test_an_empty_fifo_is_not_full_where_the_status_is_raised_once)
{
	expect_no_phantoms(false);
}

ZTEST(max3010x_fifo, test_an_empty_fifo_is_not_full_where_the_status_is_raised_again)
{
	expect_no_phantoms(true);
}

/* Full to the last place, and not a sample more: held up for 32 samples, none is lost. */
ZTEST(max3010x_fifo, test_a_full_fifo_is_read)
{
	int64_t start = oscillate(500, FIFO_DEPTH, PERIOD_US);

	k_sched_lock();
	k_busy_wait(FIFO_DEPTH * PERIOD_US + PERIOD_US / 2);
	k_sched_unlock();
	expect_batch(500, FIFO_DEPTH, start);
	zassert_false(got.lost);
}

ZTEST(max3010x_fifo, test_the_sample_in_which_the_led_changes_is_dropped)
{
	const struct sensor_value dim = {.val1 = 5000};
	const struct sensor_value bright = {.val1 = 10000};
	struct pulse_ppg_counters first, then;
	int64_t start;

	pulse_ppg_counters(ppg, &first);
	start = oscillate(1000, 3 * WATERMARK, PERIOD_US);
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &dim));
	expect_batch(1000, WATERMARK, start);
	zassert_equal(got.led_ua, 10000);

	/* One sample less, and its time with it. */
	zassert_ok(receive(1000));
	zassert_equal(got.samples, WATERMARK - 1);
	zassert_equal(got.first_us, start + (WATERMARK + 1) * PERIOD_US);
	zassert_equal(got.led_ua, 5000);
	zassert_ok(receive(1000));
	zassert_equal(got.samples, WATERMARK);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.mixed, first.mixed + 1);
	zassert_equal(then.lost, first.lost);
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &bright));
}

/* An nRF52832's EasyDMA counts to 255; 32 samples of four slots are 384 bytes. */
ZTEST(max3010x_fifo, test_long_reads_come_in_parts)
{
	const struct emul *const four = EMUL_DT_GET(DT_NODELABEL(four));
	const struct device *const dev = DEVICE_DT_GET(DT_NODELABEL(four));
	const struct sensor_chan_spec green = {SENSOR_CHAN_GREEN, 0};
	const struct sensor_decoder_api *decoder;
	struct sensor_q31_data one;
	struct rtio_cqe *cqe;
	uint8_t *buffer = NULL;
	uint32_t length = 0;
	uint32_t fit = 0;

	for (uint32_t i = 0; i < FIFO_DEPTH; i++) {
		const uint32_t counts[4] = {i, 100 + i, 200 + i, 300 + i};

		pulse_ppg_emul_push(four, counts);
		k_msleep(10);
	}
	zassert_ok(sensor_get_decoder(dev, &decoder));
	zassert_ok(sensor_read_async_mempool(&four_read, &four_context, NULL));
	k_msleep(10);
	cqe = rtio_cqe_consume(&four_context);
	zassert_not_null(cqe);
	zassert_ok(cqe->result);
	zassert_ok(rtio_cqe_get_mempool_buffer(&four_context, cqe, &buffer, &length));
	for (int i = 0; i < FIFO_DEPTH; i++) {
		zassert_equal(decoder->decode(buffer, green, &fit, 1, &one), 1);
		zassert_equal(one.readings[0].value >> 13, 200 + i);
	}
	rtio_release_buffer(&four_context, buffer, length);
	rtio_cqe_release(&four_context, cqe);
	zassert_between_inclusive(pulse_ppg_emul_longest_read(four), 193, 255);
}
