/* SPDX-License-Identifier: Apache-2.0 */
/* Off the wrist: 8 samples a second at 1 mA, and back within a second of the touch. */
#include <zephyr/ztest.h>

#include "stream.h"

#define DARK    2000 /* of the first channel, at 12 mA */
#define SKIN    200000
#define STEP_MS 125

static void before(void *unused)
{
	ARG_UNUSED(unused);
	open_stream();
	(void)since();
}

static void after(void *unused)
{
	ARG_UNUSED(unused);
	close_stream();
}

ZTEST_SUITE(max86141_proximity, NULL, NULL, before, after, NULL);

static void samples(uint32_t counts, int count)
{
	for (int i = 0; i < count; i++) {
		push(counts, 1);
		k_msleep(STEP_MS);
	}
}

ZTEST(max86141_proximity, test_it_waits_for_skin_and_samples_again)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	zassert_ok(pulse_ppg_proximity(ppg), "it waits already");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x12), 0x0a << 3, "8 Hz");
	zassert_equal(pulse_ppg_emul_led_ua(chip, 0), 960, "1 mA in steps of 0.12 mA");
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x02), 0, "no interrupt");
	samples(DARK, 40);
	zassert_equal(receive(1), -EAGAIN);

	struct pulse_ppg_counters passed = since();

	zassert_equal(passed.proximities, 1);
	zassert_equal(passed.recoveries, 0, "it was not taken for a fault");

	int64_t touch_ms = k_uptime_get();

	while (pulse_ppg_emul_led_ua(chip, 0) != 12000 && k_uptime_get() < touch_ms + 2000) {
		samples(SKIN, 1);
	}

	int64_t start_us = oscillate(SKIN, WATERMARK);

	zassert_ok(receive(1000));
	zassert_true(k_uptime_get() - touch_ms < 1000, "%lld ms", k_uptime_get() - touch_ms);
	zassert_equal(pulse_ppg_time_us(got, 0), start_us);
	zassert_equal(got->led_ua[0], 12000);
	passed = since();
	zassert_equal(passed.recoveries, 0);
	zassert_equal(passed.lost, 0);
}

ZTEST(max86141_proximity, test_a_brown_out_meanwhile_ends_it_as_a_fault)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	pulse_ppg_emul_vanish(chip, true);
	k_msleep(2 * PULSE_PPG_RETRY_MS);
	pulse_ppg_emul_power_cycle(chip);
	pulse_ppg_emul_vanish(chip, false);
	k_msleep(PULSE_PPG_RETRY_MS + 1);
	zassert_equal(pulse_ppg_emul_led_ua(chip, 0), 12000);
	zassert_true(since().bus_errors > 0);
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK));
}

ZTEST(max86141_proximity, test_a_stream_that_ends_meanwhile_leaves_the_chip_sampling)
{
	zassert_ok(pulse_ppg_proximity(ppg));
	close_stream();
	zassert_equal(pulse_ppg_emul_led_ua(chip, 0), 12000);
	zassert_equal(pulse_ppg_proximity(ppg), -ENODATA, "no stream is open");
	open_stream();
	expect_batch(5, WATERMARK, oscillate(5, WATERMARK));
}
