/* SPDX-License-Identifier: Apache-2.0 */
/* Set-up, channels, currents and power, seen in the chip's registers. */
#include <zephyr/drivers/sensor.h>
#include <zephyr/pm/device.h>
#include <zephyr/ztest.h>

#include "stream.h"

/* Register addresses as the data sheet states them, not as the driver does. */
#define STATUS1 0x00
#define SYSTEM  0x0d

static uint8_t reg(uint8_t address)
{
	return pulse_ppg_emul_get_reg(chip, address);
}

ZTEST_SUITE(max86141_chip, NULL, NULL, NULL, NULL, NULL);

ZTEST(max86141_chip, test_set_up_follows_devicetree)
{
	zassert_true(device_is_ready(ppg));
	zassert_equal(reg(0x02), 0x80, "A_FULL alone");
	zassert_equal(reg(0x09), 128 - WATERMARK * CHANNELS);
	zassert_equal(reg(0x0a), 0x04, "raised once, a full FIFO drops new words");
	zassert_equal(reg(SYSTEM), 0x04, "running, both photodiodes, low power");
	zassert_equal(reg(0x11), 2 << 4 | 2 << 2 | 3, "16 uA, 117 us");
	zassert_equal(reg(0x12), 0x03 << 3, "99.9 Hz, no averaging");
	zassert_equal(reg(0x15), 0x11);
	zassert_equal(reg(0x20), 0x21, "LED1, then LED2");
	zassert_equal(reg(0x21), 0x00, "and no more");
	zassert_equal(reg(0x23), 100, "12 mA in steps of 0.12 mA");
	zassert_equal(reg(0x24), 50);
	zassert_equal(reg(0x25), 0);
	zassert_equal(reg(0x2a), 0, "31 mA");
}

ZTEST(max86141_chip, test_one_photodiode_another_range_and_averaging)
{
	const struct device *single = DEVICE_DT_GET(DT_NODELABEL(single));
	const struct emul *its = EMUL_DT_GET(DT_NODELABEL(single));
	struct pulse_ppg_info info;
	struct sensor_value value;

	zassert_equal(pulse_ppg_emul_get_reg(its, SYSTEM), 0x0c, "PD1 alone");
	zassert_equal(pulse_ppg_emul_get_reg(its, 0x12), 0x0e << 3 | 1, "128 Hz, of two");
	zassert_equal(pulse_ppg_emul_get_reg(its, 0x25), 100, "48 mA in steps of 0.48 mA");
	zassert_equal(pulse_ppg_emul_get_reg(its, 0x2a), 0x3f);
	pulse_ppg_info(single, &info);
	zassert_equal(info.channels, 1);
	zassert_equal(info.fifo, 128);
	zassert_equal(info.led_step_ua, 480);
	for (uint32_t counts = 5; counts < 8; counts++) {
		pulse_ppg_emul_push(its, &counts);
	}
	zassert_ok(sensor_sample_fetch(single));
	zassert_ok(sensor_channel_get(single, SENSOR_CHAN_RED, &value));
	zassert_equal(value.val1, 7);
}

ZTEST(max86141_chip, test_what_it_says_of_itself)
{
	struct pulse_ppg_info info;

	pulse_ppg_info(ppg, &info);
	zassert_equal(info.channels, CHANNELS);
	zassert_equal(info.bits, 19);
	zassert_equal(info.fifo, FIFO);
	zassert_true(info.proximity);
	zassert_equal(info.led_max_ua, 30600);
	zassert_equal(info.latency_ms, 170);
}

ZTEST(max86141_chip, test_a_batch_carries_four_channels_and_times)
{
	open_stream();
	int64_t start = oscillate(262144, 2 * WATERMARK); /* above 18 bits */

	expect_batch(262144, WATERMARK, start);
	zassert_equal(got->channels, CHANNELS);
	zassert_equal(got->bits, 19);
	for (int i = 0; i < CHANNELS; i++) {
		zassert_equal(got->led[i], i / 2);
		zassert_equal(got->color[i], i < 2 ? 3 : 2, "green, green, infrared, infrared");
		zassert_equal(got->led_ua[i], i < 2 ? 12000 : 6000);
	}
	expect_batch(262144 + WATERMARK, WATERMARK, start + WATERMARK * PERIOD_US);
	close_stream();
}

ZTEST(max86141_chip, test_the_decoder_finds_the_second_photodiode)
{
	const struct sensor_decoder_api *decoder;
	struct sensor_chan_spec second = {SENSOR_CHAN_IR, 1};
	struct sensor_chan_spec third = {SENSOR_CHAN_IR, 2};
	struct sensor_q31_data one;
	uint32_t fit = 3;
	uint16_t frames;

	open_stream();
	oscillate(500, WATERMARK);
	zassert_ok(receive(1000));
	zassert_ok(sensor_get_decoder(ppg, &decoder));
	zassert_ok(decoder->get_frame_count((const uint8_t *)got, second, &frames));
	zassert_equal(frames, WATERMARK);
	zassert_equal(decoder->decode((const uint8_t *)got, second, &fit, 1, &one), 1);
	zassert_equal(one.shift, 19);
	zassert_equal(one.readings[0].value >> (31 - 19), counts_of(503, 3));
	zassert_equal(one.readings[0].timestamp_delta, 3 * PERIOD_US * 1000);
	zassert_equal(decoder->get_frame_count((const uint8_t *)got, third, &frames), -ENOTSUP);
	close_stream();
}

ZTEST(max86141_chip, test_a_channels_current_is_its_leds)
{
	open_stream();
	oscillate(1000, 2 * WATERMARK);
	zassert_ok(pulse_ppg_led(ppg, 3, 3000)); /* infrared at PD2: LED2 */
	zassert_ok(receive(1000));
	zassert_equal(got->led_ua[2], 6000, "this batch was taken before");
	zassert_ok(receive(1000));
	zassert_equal(reg(0x24), 25);
	zassert_equal(got->samples, WATERMARK - 1, "without the sample in which it changed");
	for (int channel = 0; channel < CHANNELS; channel++) {
		uint32_t full = counts_of(1000 + WATERMARK + 1, channel);

		zassert_equal(got->led_ua[channel], channel < 2 ? 12000 : 3000);
		zassert_equal(pulse_ppg_counts(got, 0, channel), channel < 2 ? full : full / 2);
	}
	zassert_equal(pulse_ppg_led(ppg, CHANNELS, 3000), -EINVAL);
	zassert_equal(pulse_ppg_led(ppg, 0, 30601), -EINVAL);
	zassert_ok(pulse_ppg_led(ppg, 2, 6000));
	close_stream();
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_SUSPEND));
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_RESUME));
	zassert_equal(reg(0x24), 50);
}

ZTEST(max86141_chip, test_pulse_width)
{
	const int widths[] = {15, 29, 59, 117};
	struct sensor_value value;

	for (int i = 0; i < ARRAY_SIZE(widths); i++) {
		value.val1 = widths[i];
		zassert_ok(
			sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &value));
		zassert_equal(reg(0x11) & 3, i);
		zassert_ok(
			sensor_attr_get(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &value));
		zassert_equal(value.val1, widths[i]);
	}
	value.val1 = 100;
	zassert_equal(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &value),
		      -EINVAL);
}

ZTEST(max86141_chip, test_asleep_it_takes_no_sample)
{
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_SUSPEND));
	zassert_equal(reg(SYSTEM), 0x06, "SHDN");
	push(1, 3);
	zassert_equal(sensor_sample_fetch(ppg), -ENODATA);
	pulse_ppg_emul_power_cycle(chip); /* its supply may be cut meanwhile */
	zassert_ok(pm_device_action_run(ppg, PM_DEVICE_ACTION_RESUME));
	zassert_equal(reg(0x23), 100);
	push(1, 3);
	zassert_ok(sensor_sample_fetch(ppg));
}

ZTEST(max86141_chip, test_wrong_part_number_fails_initialisation)
{
	const struct device *stranger = DEVICE_DT_GET(DT_NODELABEL(stranger));

	pulse_ppg_emul_set_reg(EMUL_DT_GET(DT_NODELABEL(stranger)), 0xff, 0x24); /* MAX86140 */
	zassert_not_ok(device_init(stranger));
	zassert_equal(stranger->state->init_res, ENODEV);
}

ZTEST(max86141_chip, test_reads_fit_easydma)
{
	push(0, FIFO);
	zassert_ok(sensor_sample_fetch(ppg));
	zassert_true(pulse_ppg_emul_longest_read(chip) <= 255);
}
