/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated MAX3010x behind an emulated I2C bus. */
#define DT_DRV_COMPAT pulse_max3010x

#include <string.h>
#include <zephyr/device.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>

#include "max3010x_reg.h"
#include "ppg.h"
#include "ppg_emul_data.h"

#define OVERFLOW_MAX 31 /* the chip's counter saturates */
#define COUNT_MAX    BIT_MASK(MAX3010X_COUNT_BITS)

struct emul_data {
	struct pulse_ppg_emul_data ppg; /* first */
	uint32_t fifo[MAX3010X_FIFO_DEPTH][PULSE_PPG_CHANNELS];
	uint8_t reg;  /* address counter */
	bool sensing; /* proximity, not sampling */
};

static void reset_registers(const struct emul *emul)
{
	struct emul_data *data = emul->data;

	memset(data->ppg.regs, 0, sizeof(data->ppg.regs));
	data->ppg.regs[MAX3010X_PART_ID] = MAX3010X_PART_ID_VALUE;
	data->ppg.stuck = false;
	data->ppg.level = 0;
	data->ppg.offset = 0;
	data->sensing = false;
}

static uint32_t led_ua(const struct emul *emul, int led)
{
	struct emul_data *data = emul->data;

	return MAX3010X_LED_STEP_UA * data->ppg.regs[MAX3010X_LED1_PA + led];
}

static void empty(struct emul_data *data)
{
	data->ppg.regs[MAX3010X_FIFO_RD_PTR] = data->ppg.regs[MAX3010X_FIFO_WR_PTR];
	data->ppg.level = 0;
	data->ppg.offset = 0;
}

/* A conversion of the infrared LED at PILOT_PA; entering and leaving the mode empties the FIFO. */
static bool sense(const struct emul *emul, uint32_t counts)
{
	struct emul_data *data = emul->data;
	uint32_t pilot_ua = MAX3010X_LED_STEP_UA * data->ppg.regs[MAX3010X_PILOT_PA];

	counts = pulse_ppg_emul_lit(emul, 0, counts, pilot_ua, COUNT_MAX);
	if (counts >> MAX3010X_PROX_SHIFT < data->ppg.regs[MAX3010X_PROX_THRESH]) {
		return false;
	}
	data->sensing = false;
	empty(data);
	return pulse_ppg_emul_raise(emul, MAX3010X_INT_PROX);
}

static bool push(const struct emul *emul, const uint32_t *counts)
{
	const struct pulse_ppg_emul_config *config = emul->cfg;
	struct emul_data *data = emul->data;
	uint8_t *overflow = &data->ppg.regs[MAX3010X_OVF_COUNTER];
	uint8_t *write = &data->ppg.regs[MAX3010X_FIFO_WR_PTR];
	uint8_t mode = data->ppg.regs[MAX3010X_MODE_CONFIG];

	if ((mode & MAX3010X_MODE_SHDN) != 0 || mode == 0) {
		return false; /* not sampling */
	}
	if (data->sensing) {
		return sense(emul, counts[0]);
	}
	if (data->ppg.level == MAX3010X_FIFO_DEPTH) {
		*overflow = MIN(*overflow + 1, OVERFLOW_MAX);
		return false;
	}
	for (int i = 0; i < config->channels; i++) {
		data->fifo[*write][i] = pulse_ppg_emul_lit(emul, i, counts[i],
							   led_ua(emul, config->led[i]), COUNT_MAX);
	}
	*write = (*write + 1) % MAX3010X_FIFO_DEPTH;
	data->ppg.level++;

	int watermark =
		MAX3010X_FIFO_DEPTH - (data->ppg.regs[MAX3010X_FIFO_CONFIG] & MAX3010X_FIFO_A_FULL);

	return (data->ppg.level == watermark ||
		(data->ppg.raises_again && data->ppg.level > watermark)) &&
	       pulse_ppg_emul_raise(emul, MAX3010X_INT_A_FULL);
}

static void write_reg(const struct emul *emul, uint8_t value)
{
	struct emul_data *data = emul->data;
	uint8_t *regs = data->ppg.regs;

	switch (data->reg) {
	case MAX3010X_MODE_CONFIG:
		if ((value & MAX3010X_MODE_RESET) != 0) {
			reset_registers(emul);
			return;
		}
		/* Writing the mode starts a new measurement, which begins with proximity. */
		data->sensing = (regs[MAX3010X_INT_ENABLE1] & MAX3010X_INT_PROX) != 0 &&
				!data->ppg.without_proximity && (value & MAX3010X_MODE_SHDN) == 0;
		if (data->sensing) {
			empty(data);
		}
		break;
	case MAX3010X_FIFO_RD_PTR:
		data->ppg.level = (regs[MAX3010X_FIFO_WR_PTR] - value) % MAX3010X_FIFO_DEPTH;
		data->ppg.offset = 0;
		break;
	case MAX3010X_PART_ID:
		return; /* read only */
	default:
		break;
	}
	regs[data->reg++] = value;
}

static uint8_t read_fifo(const struct emul *emul)
{
	const struct pulse_ppg_emul_config *config = emul->cfg;
	struct emul_data *data = emul->data;
	uint8_t *read = &data->ppg.regs[MAX3010X_FIFO_RD_PTR];
	uint32_t counts = data->fifo[*read][data->ppg.offset / PULSE_PPG_COUNT];
	uint8_t byte = counts >> (8 * (PULSE_PPG_COUNT - 1 - data->ppg.offset % PULSE_PPG_COUNT));

	if (data->ppg.level == 0) {
		return byte; /* the chip repeats what it has */
	}
	data->ppg.offset++;
	if (data->ppg.offset == config->channels * PULSE_PPG_COUNT) {
		data->ppg.offset = 0;
		data->ppg.level--;
		*read = (*read + 1) % MAX3010X_FIFO_DEPTH;
		data->ppg.regs[MAX3010X_OVF_COUNTER] = 0;
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
	*value = data->ppg.regs[data->reg];
	if (data->reg++ == MAX3010X_INT_STATUS1) {
		data->ppg.regs[MAX3010X_INT_STATUS1] = 0;
		return true;
	}
	return false;
}

static int transfer(const struct emul *emul, struct i2c_msg *msgs, int count, int address)
{
	struct emul_data *data = emul->data;
	bool release = false;
	bool addressed = false; /* the first byte written is the register's number */
	k_spinlock_key_t key = k_spin_lock(&data->ppg.lock);

	ARG_UNUSED(address);
	if (pulse_ppg_emul_refuses(&data->ppg)) {
		k_spin_unlock(&data->ppg.lock, key);
		return -EIO;
	}
	for (int i = 0; i < count; i++) {
		if ((msgs[i].flags & I2C_MSG_READ) != 0) {
			data->ppg.longest = MAX(data->ppg.longest, msgs[i].len);
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
	k_spin_unlock(&data->ppg.lock, key);
	if (release) {
		pulse_ppg_emul_release(emul);
	}
	return 0;
}

static int emul_init(const struct emul *emul, const struct device *parent)
{
	ARG_UNUSED(parent);
	reset_registers(emul);
	return 0;
}

static struct i2c_emul_api bus_api = {
	.transfer = transfer,
};

static const struct pulse_ppg_emul_chip chip = {
	.status = MAX3010X_INT_STATUS1,
	.enable = MAX3010X_INT_ENABLE1,
	.a_full = MAX3010X_INT_A_FULL,
	.push = push,
	.reset = reset_registers,
	.led_ua = led_ua,
};

#define LED(inst, slot) (MAX(PULSE_PPG_LED_OF_SLOT(inst, slot), 1) - 1)

#define MAX3010X_EMUL(inst)                                                                        \
	static struct emul_data emul_data_##inst;                                                  \
	static const struct pulse_ppg_emul_config emul_config_##inst = {                           \
		.interrupt = GPIO_DT_SPEC_INST_GET(inst, int_gpios),                               \
		.channels = DT_INST_PROP_LEN(inst, slots),                                         \
		.led = {LED(inst, 0), LED(inst, 1), LED(inst, 2), LED(inst, 3)},                   \
		.led_ua = DT_INST_PROP(inst, led_current_microamp),                                \
	};                                                                                         \
	EMUL_DT_INST_DEFINE(inst, emul_init, &emul_data_##inst, &emul_config_##inst, &bus_api,     \
			    &chip)

DT_INST_FOREACH_STATUS_OKAY(MAX3010X_EMUL)
