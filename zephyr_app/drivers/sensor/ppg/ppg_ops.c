/* SPDX-License-Identifier: Apache-2.0 */
#include "ppg_ops.h"

#include <errno.h>
#include <string.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/byteorder.h>

LOG_MODULE_REGISTER(pulse_ppg, CONFIG_SENSOR_LOG_LEVEL);

/* Another part in its place is no fault of the bus. */
static int checked(const struct device *dev, int ret)
{
	return ret == -ENODEV ? ret : pulse_ppg_count_error(dev, ret);
}

static void emptied(struct pulse_ppg_data *data)
{
	data->emptied_ns = pulse_ppg_now_ns();
}

int pulse_ppg_identify(const struct device *dev)
{
	return checked(dev, pulse_ppg_chip(dev)->identify(dev));
}

int pulse_ppg_set_up(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	int ret = checked(dev, pulse_ppg_chip(dev)->set_up(dev));

	if (ret == 0) {
		memcpy(data->led_lit, data->led_step, sizeof(data->led_lit));
		data->mixed = 0;
		emptied(data);
	}
	return ret;
}

int pulse_ppg_shut_down(const struct device *dev)
{
	return checked(dev, pulse_ppg_chip(dev)->shut_down(dev));
}

int pulse_ppg_light(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	bool changed = false;

	for (int led = 0; led < PULSE_PPG_LEDS; led++) {
		if (data->led_lit[led] == data->led_step[led]) {
			continue;
		}

		int ret = checked(dev, pulse_ppg_chip(dev)->light(dev, led, data->led_step[led]));

		if (ret != 0) {
			return ret;
		}
		data->led_lit[led] = data->led_step[led];
		changed = true;
	}
	return changed;
}

int pulse_ppg_mark_mixed(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	int waiting = checked(dev, pulse_ppg_chip(dev)->waiting(dev));

	data->mixed = MAX(waiting, 0) + 1;
	return MIN(waiting, 0);
}

int pulse_ppg_clear(const struct device *dev)
{
	struct pulse_ppg_data *data = dev->data;
	int ret = checked(dev, pulse_ppg_chip(dev)->clear(dev));

	if (ret == 0) {
		data->mixed = 0;
		emptied(data);
	}
	return ret;
}

int pulse_ppg_level(const struct device *dev, uint8_t *lost)
{
	return checked(dev, pulse_ppg_chip(dev)->level(dev, lost));
}

int pulse_ppg_read(const struct device *dev, uint8_t *counts, int samples)
{
	int ret = checked(dev, pulse_ppg_chip(dev)->read(dev, counts, samples));

	if (ret == 0) {
		emptied(dev->data);
	}
	return ret;
}

int pulse_ppg_skin(const struct device *dev)
{
	const struct pulse_ppg_config *config = dev->config;
	uint8_t sample[PULSE_PPG_CHANNELS * PULSE_PPG_COUNT];
	bool skin = false;
	int left = checked(dev, pulse_ppg_chip(dev)->sensed(dev, &skin));

	if (left < 0 || skin) {
		return left < 0 ? left : 1;
	}
	for (; left > 0; left--) {
		int ret = pulse_ppg_read(dev, sample, 1);

		if (ret != 0) {
			return ret;
		}
		skin = sys_get_be24(sample) >= config->proximity_counts;
	}
	return skin;
}
