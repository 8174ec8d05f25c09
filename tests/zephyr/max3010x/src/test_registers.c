/* SPDX-License-Identifier: Apache-2.0 */
/* Set-up, fetch/get and attributes, seen in the chip's registers. */
#include <zephyr/drivers/sensor.h>
#include <zephyr/ztest.h>

#include "fixture.h"

static void before(void *unused)
{
	struct sensor_value current = {.val1 = 10000};
	struct sensor_value width = {.val1 = 411};

	ARG_UNUSED(unused);
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &current));
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &width));
	while (sensor_sample_fetch(ppg) == 0) {
		/* empties the FIFO */
	}
}

ZTEST_SUITE(max3010x_registers, NULL, NULL, before, NULL, NULL);

ZTEST(max3010x_registers, test_set_up_follows_devicetree)
{
	zassert_true(device_is_ready(ppg));
	/* No averaging, interrupt at 32 - 15 = 17 samples. */
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x08), 0x0f);
	/* Multi-LED mode, running. */
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x09), 0x07);
	/* 4096 nA, 100 Hz, 411 us. */
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0a), 1 << 5 | 1 << 2 | 3);
	/* Red and infrared off, green 10 mA in steps of 0.2 mA; green in slot 1. */
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0c), 0);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0d), 0);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0e), 50);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x11), 0x03);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x12), 0x00);
}

ZTEST(max3010x_registers, test_fetch_reads_the_newest_sample)
{
	const uint32_t newest[] = {0, 1, 131072, 262143};
	struct sensor_value value;

	for (int i = 0; i < ARRAY_SIZE(newest); i++) {
		push(77, 2);
		push(newest[i], 1);
		zassert_ok(sensor_sample_fetch(ppg));
		zassert_ok(sensor_channel_get(ppg, SENSOR_CHAN_GREEN, &value));
		zassert_equal(value.val1, newest[i]);
		zassert_equal(value.val2, 0);
	}
	zassert_equal(sensor_sample_fetch(ppg), -ENODATA);
}

ZTEST(max3010x_registers, test_channels_without_a_slot_are_refused)
{
	struct sensor_value value;

	zassert_equal(sensor_channel_get(ppg, SENSOR_CHAN_RED, &value), -ENOTSUP);
	zassert_equal(sensor_channel_get(ppg, SENSOR_CHAN_ACCEL_X, &value), -ENOTSUP);
	zassert_equal(sensor_sample_fetch_chan(ppg, SENSOR_CHAN_ACCEL_X), -ENOTSUP);
}

ZTEST(max3010x_registers, test_led_current)
{
	struct sensor_value value = {.val1 = 51000};

	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &value));
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0e), 255);
	value.val1 = 399; /* steps of 200 uA, rounded down */
	zassert_ok(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &value));
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0e), 1);
	zassert_ok(sensor_attr_get(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &value));
	zassert_equal(value.val1, 200);

	value.val1 = 51001;
	zassert_equal(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &value),
		      -EINVAL);
	value.val1 = -1;
	zassert_equal(sensor_attr_set(ppg, SENSOR_CHAN_GREEN, PULSE_PPG_ATTR_LED_CURRENT, &value),
		      -EINVAL);
	zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0e), 1);
}

ZTEST(max3010x_registers, test_pulse_width)
{
	const int widths[] = {69, 118, 215, 411};
	struct sensor_value value;

	for (int i = 0; i < ARRAY_SIZE(widths); i++) {
		value.val1 = widths[i];
		zassert_ok(
			sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &value));
		zassert_equal(pulse_ppg_emul_get_reg(chip, 0x0a) & 3, i);
	}
	value.val1 = 100;
	zassert_equal(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PULSE_WIDTH, &value),
		      -EINVAL);
}

ZTEST(max3010x_registers, test_rate)
{
	struct pulse_ppg_info info;
	struct sensor_value value;

	zassert_ok(sensor_attr_get(ppg, SENSOR_CHAN_ALL, SENSOR_ATTR_SAMPLING_FREQUENCY, &value));
	zassert_equal(value.val1, 100);
	zassert_equal(value.val2, 0);
	zassert_ok(sensor_attr_get(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PERIOD, &value));
	zassert_equal(value.val1, 10000000);
	value.val1 = 200000000; /* of a full FIFO the last timestamp_delta has no room for it */
	zassert_equal(sensor_attr_set(ppg, SENSOR_CHAN_ALL, PULSE_PPG_ATTR_PERIOD, &value),
		      -EINVAL);
	pulse_ppg_info(ppg, &info);
	zassert_equal(info.latency_ms, 170);
}

ZTEST(max3010x_registers, test_bus_error_is_reported_and_counted)
{
	struct pulse_ppg_counters first, then;

	pulse_ppg_counters(ppg, &first);
	push(1, 1);
	pulse_ppg_emul_nack(chip, 0, 1);
	zassert_equal(sensor_sample_fetch(ppg), -EIO);
	pulse_ppg_counters(ppg, &then);
	zassert_equal(then.bus_errors, first.bus_errors + 1);
	zassert_ok(sensor_sample_fetch(ppg));
}

ZTEST(max3010x_registers, test_wrong_part_number_fails_initialisation)
{
	const struct device *stranger = DEVICE_DT_GET(DT_NODELABEL(stranger));

	pulse_ppg_emul_set_reg(EMUL_DT_GET(DT_NODELABEL(stranger)), 0xff, 0x11);
	zassert_not_ok(device_init(stranger));
	zassert_equal(stranger->state->init_res, ENODEV);
	zassert_false(device_is_ready(stranger));
}

ZTEST_SUITE(max3010x_decoder, NULL, NULL, NULL, NULL, NULL);

ZTEST(max3010x_decoder, test_decoder_refuses_other_channels)
{
	const struct sensor_decoder_api *decoder;
	uint8_t buffer[PULSE_PPG_BATCH_SIZE(1, 1)] = {0};
	struct sensor_chan_spec acceleration = {SENSOR_CHAN_ACCEL_X, 0};
	uint16_t frames;
	size_t base, frame;
	uint32_t fit = 0;

	zassert_ok(sensor_get_decoder(ppg, &decoder));
	zassert_equal(decoder->get_frame_count(buffer, acceleration, &frames), -ENOTSUP);
	zassert_equal(decoder->get_size_info(acceleration, &base, &frame), -ENOTSUP);
	zassert_equal(decoder->decode(buffer, acceleration, &fit, 1, buffer), -ENOTSUP);
}
