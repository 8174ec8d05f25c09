/* SPDX-License-Identifier: Apache-2.0 */
#include "ppg_emul_data.h"

#include <zephyr/drivers/gpio/gpio_emul.h>

static const struct pulse_ppg_emul_chip *chip_of(const struct emul *emul)
{
	return emul->backend_api;
}

void pulse_ppg_emul_drive(const struct emul *emul, bool active)
{
	const struct pulse_ppg_emul_config *config = emul->cfg;
	int level = active == ((config->interrupt.dt_flags & GPIO_ACTIVE_LOW) == 0);

	(void)gpio_emul_input_set(config->interrupt.port, config->interrupt.pin, level);
}

bool pulse_ppg_emul_raise(const struct emul *emul, uint8_t bit)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->regs[chip_of(emul)->status] |= bit;
	if ((data->regs[chip_of(emul)->enable] & bit) == 0) {
		return false;
	}
	if (data->mute > 0) {
		data->mute--;
		return false;
	}
	return true;
}

uint32_t pulse_ppg_emul_lit(const struct emul *emul, int channel, uint32_t counts, uint32_t ua,
			    uint32_t full)
{
	const struct pulse_ppg_emul_config *config = emul->cfg;
	uint32_t board_ua = config->led_ua[config->led[channel]];

	if (ua == board_ua || board_ua == 0) {
		return MIN(counts, full);
	}
	return MIN((uint64_t)counts * ua / board_ua, full);
}

bool pulse_ppg_emul_refuses(struct pulse_ppg_emul_data *data)
{
	if (data->gone) {
		return true;
	}
	if (data->nack_count > 0 && data->nack_after-- <= 0) {
		data->nack_count--;
		return true;
	}
	return false;
}

/* The pin may be pulled by a sample. Without the lock while the pin moves: its listener may read.
 */
static void pull(const struct emul *emul, bool (*change)(const struct emul *, const uint32_t *),
		 const uint32_t *counts)
{
	struct pulse_ppg_emul_data *data = emul->data;
	k_spinlock_key_t key = k_spin_lock(&data->lock);
	bool pulled = change(emul, counts);

	k_spin_unlock(&data->lock, key);
	if (pulled) {
		pulse_ppg_emul_drive(emul, true);
	}
}

static bool push(const struct emul *emul, const uint32_t *counts)
{
	struct pulse_ppg_emul_data *data = emul->data;

	return !data->stuck && chip_of(emul)->push(emul, counts);
}

void pulse_ppg_emul_push(const struct emul *emul, const uint32_t *counts)
{
	pull(emul, push, counts);
}

/* The watermark is raised early, if the FIFO holds anything. */
static bool flush(const struct emul *emul, const uint32_t *unused)
{
	struct pulse_ppg_emul_data *data = emul->data;

	ARG_UNUSED(unused);
	return data->level > 0 && pulse_ppg_emul_raise(emul, chip_of(emul)->a_full);
}

void pulse_ppg_emul_flush(const struct emul *emul)
{
	pull(emul, flush, NULL);
}

void pulse_ppg_emul_release(const struct emul *emul)
{
	struct pulse_ppg_emul_data *data = emul->data;
	k_spinlock_key_t key = k_spin_lock(&data->lock);
	bool late = data->late;

	data->late = false;
	k_spin_unlock(&data->lock, key);
	pulse_ppg_emul_drive(emul, false);
	if (late) {
		const uint32_t counts[PULSE_PPG_CHANNELS] = {data->late_counts, data->late_counts,
							     data->late_counts, data->late_counts};

		pulse_ppg_emul_push(emul, counts);
	}
}

uint32_t pulse_ppg_emul_led_ua(const struct emul *emul, int channel)
{
	const struct pulse_ppg_emul_config *config = emul->cfg;

	return chip_of(emul)->led_ua(emul, config->led[channel]);
}

void pulse_ppg_emul_set_reg(const struct emul *emul, uint8_t reg, uint8_t value)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->regs[reg] = value;
}

uint8_t pulse_ppg_emul_get_reg(const struct emul *emul, uint8_t reg)
{
	struct pulse_ppg_emul_data *data = emul->data;

	return data->regs[reg];
}

void pulse_ppg_emul_vanish(const struct emul *emul, bool gone)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->gone = gone;
}

void pulse_ppg_emul_nack(const struct emul *emul, int after, int count)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->nack_after = after;
	data->nack_count = count;
}

void pulse_ppg_emul_mute(const struct emul *emul, int count)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->mute = count;
}

void pulse_ppg_emul_stick(const struct emul *emul)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->stuck = true;
}

void pulse_ppg_emul_raise_again(const struct emul *emul, bool again)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->raises_again = again;
}

void pulse_ppg_emul_push_late(const struct emul *emul, uint32_t counts)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->late_counts = counts;
	data->late = true;
}

void pulse_ppg_emul_without_proximity(const struct emul *emul, bool without)
{
	struct pulse_ppg_emul_data *data = emul->data;

	data->without_proximity = without;
}

uint16_t pulse_ppg_emul_longest_read(const struct emul *emul)
{
	struct pulse_ppg_emul_data *data = emul->data;

	return data->longest;
}

void pulse_ppg_emul_power_cycle(const struct emul *emul)
{
	struct pulse_ppg_emul_data *data = emul->data;
	k_spinlock_key_t key = k_spin_lock(&data->lock);

	chip_of(emul)->reset(emul);
	k_spin_unlock(&data->lock, key);
	pulse_ppg_emul_drive(emul, false);
}
