/* SPDX-License-Identifier: Apache-2.0 */
#define DT_DRV_COMPAT pulse_max3010x

#include <string.h>
#include <zephyr/device.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>
#include <zephyr/spinlock.h>

#include <drivers/sensor/max3010x.h>
#include <drivers/sensor/max3010x_emul.h>
#include "max3010x_reg.h"

#define OVERFLOW_MAX 31 /* the chip's counter saturates */

struct emul_config {
	struct gpio_dt_spec interrupt;
	uint8_t slots;
	uint8_t led[MAX3010X_SLOTS];
	uint32_t led_ua[3]; /* currents that pushed counts stand for */
};

struct emul_data {
	struct k_spinlock lock; /* samples come from interrupts, transfers from threads */
	uint8_t regs[256];
	uint32_t fifo[MAX3010X_FIFO_DEPTH][MAX3010X_SLOTS];
	uint8_t level;  /* samples in the FIFO */
	uint8_t offset; /* bytes already read of the oldest one */
	uint8_t reg;    /* address counter */
	bool gone;
	bool stuck;
	bool raises_again;
	bool late; /* a sample comes after the status was read */
	uint32_t late_counts;
	uint16_t longest; /* bytes of a read */
	int nack_after;
	int nack_count;
	int mute;
};

static void drive_pin(const struct emul *emul, bool active)
{
	const struct emul_config *config = emul->cfg;
	int level = active == ((config->interrupt.dt_flags & GPIO_ACTIVE_LOW) == 0);

	(void)gpio_emul_input_set(config->interrupt.port, config->interrupt.pin, level);
}

/* @return whether the pin must be pulled; the caller does so without the lock */
static bool raise_interrupt(struct emul_data *data)
{
	data->regs[MAX3010X_INT_STATUS1] |= MAX3010X_INT_A_FULL;
	if ((data->regs[MAX3010X_INT_ENABLE1] & MAX3010X_INT_A_FULL) == 0) {
		return false;
	}
	if (data->mute > 0) {
		data->mute--;
		return false;
	}
	return true;
}

static void reset_registers(struct emul_data *data)
{
	memset(data->regs, 0, sizeof(data->regs));
	data->regs[MAX3010X_PART_ID] = MAX3010X_PART_ID_VALUE;
	data->level = 0;
	data->offset = 0;
	data->stuck = false;
}

/* Light goes with the LED's current. */
static uint32_t lit(const struct emul_config *config, const struct emul_data *data, int slot,
		    uint32_t counts)
{
	int led = config->led[slot] - 1;
	uint32_t ua = MAX3010X_LED_STEP_UA * data->regs[MAX3010X_LED1_PA + led];

	if (ua == config->led_ua[led] || config->led_ua[led] == 0) {
		return counts;
	}
	return MIN((uint64_t)counts * ua / config->led_ua[led], 0x3ffff);
}

void max3010x_emul_push(const struct emul *emul, const uint32_t *counts)
{
	const struct emul_config *config = emul->cfg;
	struct emul_data *data = emul->data;
	uint8_t *overflow = &data->regs[MAX3010X_OVF_COUNTER];
	uint8_t *write = &data->regs[MAX3010X_FIFO_WR_PTR];
	bool pull = false;
	k_spinlock_key_t key = k_spin_lock(&data->lock);
	uint8_t mode = data->regs[MAX3010X_MODE_CONFIG];

	if ((mode & MAX3010X_MODE_SHDN) != 0 || mode == 0 || data->stuck) {
		/* not sampling */
	} else if (data->level == MAX3010X_FIFO_DEPTH) {
		*overflow = MIN(*overflow + 1, OVERFLOW_MAX);
	} else {
		for (int i = 0; i < config->slots; i++) {
			data->fifo[*write][i] = lit(config, data, i, counts[i]);
		}
		*write = (*write + 1) % MAX3010X_FIFO_DEPTH;
		data->level++;

		int watermark = MAX3010X_FIFO_DEPTH -
				(data->regs[MAX3010X_FIFO_CONFIG] & MAX3010X_FIFO_A_FULL);

		if (data->level == watermark || (data->raises_again && data->level > watermark)) {
			pull = raise_interrupt(data);
		}
	}
	k_spin_unlock(&data->lock, key);
	if (pull) {
		drive_pin(emul, true);
	}
}

void max3010x_emul_flush(const struct emul *emul)
{
	struct emul_data *data = emul->data;
	k_spinlock_key_t key = k_spin_lock(&data->lock);
	bool pull = data->level > 0 && raise_interrupt(data);

	k_spin_unlock(&data->lock, key);
	if (pull) {
		drive_pin(emul, true);
	}
}

static void write_reg(const struct emul *emul, uint8_t value)
{
	struct emul_data *data = emul->data;

	switch (data->reg) {
	case MAX3010X_MODE_CONFIG:
		if ((value & MAX3010X_MODE_RESET) != 0) {
			reset_registers(data);
			return;
		}
		break;
	case MAX3010X_FIFO_RD_PTR:
		data->level = (data->regs[MAX3010X_FIFO_WR_PTR] - value) % MAX3010X_FIFO_DEPTH;
		data->offset = 0;
		break;
	case MAX3010X_PART_ID:
		return; /* read only */
	default:
		break;
	}
	data->regs[data->reg++] = value;
}

static uint8_t read_fifo(const struct emul *emul)
{
	const struct emul_config *config = emul->cfg;
	struct emul_data *data = emul->data;
	uint8_t *read = &data->regs[MAX3010X_FIFO_RD_PTR];
	uint32_t counts = data->fifo[*read][data->offset / MAX3010X_SAMPLE];
	uint8_t byte = counts >> (8 * (MAX3010X_SAMPLE - 1 - data->offset % MAX3010X_SAMPLE));

	if (data->level == 0) {
		return byte; /* the chip repeats what it has */
	}
	data->offset++;
	if (data->offset == config->slots * MAX3010X_SAMPLE) {
		data->offset = 0;
		data->level--;
		*read = (*read + 1) % MAX3010X_FIFO_DEPTH;
		data->regs[MAX3010X_OVF_COUNTER] = 0;
	}
	return byte;
}

/* @return whether the pin must be released */
static bool read_reg(const struct emul *emul, uint8_t *value)
{
	struct emul_data *data = emul->data;

	if (data->reg == MAX3010X_FIFO_DATA) {
		*value = read_fifo(emul);
		return false;
	}
	*value = data->regs[data->reg];
	if (data->reg++ == MAX3010X_INT_STATUS1) {
		data->regs[MAX3010X_INT_STATUS1] = 0;
		return true;
	}
	return false;
}

static bool refuses(struct emul_data *data)
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

static int transfer(const struct emul *emul, struct i2c_msg *msgs, int count, int address)
{
	struct emul_data *data = emul->data;
	bool release = false;
	bool addressed = false; /* the first byte written is the register's number */
	k_spinlock_key_t key = k_spin_lock(&data->lock);

	ARG_UNUSED(address);
	if (refuses(data)) {
		k_spin_unlock(&data->lock, key);
		return -EIO;
	}
	for (int i = 0; i < count; i++) {
		if ((msgs[i].flags & I2C_MSG_READ) != 0) {
			data->longest = MAX(data->longest, msgs[i].len);
		}
		for (uint32_t j = 0; j < msgs[i].len; j++) {
			if ((msgs[i].flags & I2C_MSG_READ) != 0) {
				release |= read_reg(emul, &msgs[i].buf[j]);
			} else if (!addressed) {
				data->reg = msgs[i].buf[j];
				addressed = true;
			} else {
				write_reg(emul, msgs[i].buf[j]);
			}
		}
	}
	bool late = release && data->late;

	data->late = data->late && !late;
	k_spin_unlock(&data->lock, key);
	if (release) {
		drive_pin(emul, false);
	}
	if (late) {
		max3010x_emul_push(emul, &data->late_counts);
	}
	return 0;
}

void max3010x_emul_set_reg(const struct emul *emul, uint8_t reg, uint8_t value)
{
	struct emul_data *data = emul->data;

	data->regs[reg] = value;
}

uint8_t max3010x_emul_get_reg(const struct emul *emul, uint8_t reg)
{
	struct emul_data *data = emul->data;

	return data->regs[reg];
}

void max3010x_emul_vanish(const struct emul *emul, bool gone)
{
	struct emul_data *data = emul->data;

	data->gone = gone;
}

void max3010x_emul_nack(const struct emul *emul, int after, int count)
{
	struct emul_data *data = emul->data;

	data->nack_after = after;
	data->nack_count = count;
}

void max3010x_emul_mute(const struct emul *emul, int count)
{
	struct emul_data *data = emul->data;

	data->mute = count;
}

void max3010x_emul_stick(const struct emul *emul)
{
	struct emul_data *data = emul->data;

	data->stuck = true;
}

void max3010x_emul_raise_again(const struct emul *emul, bool again)
{
	struct emul_data *data = emul->data;

	data->raises_again = again;
}

void max3010x_emul_push_late(const struct emul *emul, uint32_t counts)
{
	struct emul_data *data = emul->data;

	data->late_counts = counts;
	data->late = true;
}

uint16_t max3010x_emul_longest_read(const struct emul *emul)
{
	struct emul_data *data = emul->data;

	return data->longest;
}

void max3010x_emul_power_cycle(const struct emul *emul)
{
	struct emul_data *data = emul->data;
	k_spinlock_key_t key = k_spin_lock(&data->lock);

	reset_registers(data);
	k_spin_unlock(&data->lock, key);
	drive_pin(emul, false);
}

static int emul_init(const struct emul *emul, const struct device *parent)
{
	ARG_UNUSED(parent);
	reset_registers(emul->data);
	return 0;
}

static struct i2c_emul_api bus_api = {
	.transfer = transfer,
};

#define MAX3010X_EMUL(inst)                                                                        \
	static struct emul_data emul_data_##inst;                                                  \
	static const struct emul_config emul_config_##inst = {                                     \
		.interrupt = GPIO_DT_SPEC_INST_GET(inst, int_gpios),                               \
		.slots = DT_INST_PROP_LEN(inst, slots),                                            \
		.led = {MAX3010X_LED_OF_SLOT(inst, 0), MAX3010X_LED_OF_SLOT(inst, 1),              \
			MAX3010X_LED_OF_SLOT(inst, 2), MAX3010X_LED_OF_SLOT(inst, 3)},             \
		.led_ua = DT_INST_PROP(inst, led_current_microamp),                                \
	};                                                                                         \
	EMUL_DT_INST_DEFINE(inst, emul_init, &emul_data_##inst, &emul_config_##inst, &bus_api, NULL)

DT_INST_FOREACH_STATUS_OKAY(MAX3010X_EMUL)
