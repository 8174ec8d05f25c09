/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated MAX86141 behind an emulated SPI bus. */
#define DT_DRV_COMPAT pulse_max86141

#include <string.h>
#include <zephyr/device.h>
#include <zephyr/drivers/spi.h>
#include <zephyr/drivers/spi_emul.h>

#include "max86141_reg.h"
#include "ppg.h"
#include "ppg_emul_data.h"

#define OVERFLOW_MAX 127 /* the chip's counter saturates */
#define COUNT_MAX    BIT_MASK(MAX86141_COUNT_BITS)
#define FLOATING     0xff /* MISO that nobody drives */

struct emul_config {
	struct pulse_ppg_emul_config ppg; /* first */
	uint8_t photodiodes;
};

struct emul_data {
	struct pulse_ppg_emul_data ppg; /* first */
	uint32_t fifo[MAX86141_WORDS];
};

static void empty(struct emul_data *data)
{
	data->ppg.regs[MAX86141_FIFO_WR_PTR] = 0;
	data->ppg.regs[MAX86141_FIFO_RD_PTR] = 0;
	data->ppg.regs[MAX86141_OVF_COUNTER] = 0;
	data->ppg.level = 0;
	data->ppg.offset = 0;
}

/* Values after a power-on: all 0, but for these ("User Register Map"). */
static void reset_registers(const struct emul *emul)
{
	struct emul_data *data = emul->data;

	memset(data->ppg.regs, 0, sizeof(data->ppg.regs));
	data->ppg.regs[MAX86141_FIFO_CONFIG1] = 0x3f;
	data->ppg.regs[MAX86141_PART_ID] = MAX86141_PART_ID_VALUE;
	data->ppg.stuck = false;
	empty(data);
}

static uint32_t led_ua(const struct emul *emul, int led)
{
	struct emul_data *data = emul->data;
	uint8_t range = data->ppg.regs[MAX86141_LED_RANGE1] >> (2 * led) & 3;

	return MAX86141_LED_STEP_UA * (range + 1) * data->ppg.regs[MAX86141_LED1_PA + led];
}

/* LED that an exposure lights, 1 to 3; 0: it ends the sequence. */
static uint8_t exposure(const struct emul_data *data, int slot)
{
	return data->ppg.regs[MAX86141_LED_SEQ1 + slot / 2] >> (4 * (slot % 2)) & 0xf;
}

static void take_word(struct emul_data *data, uint8_t tag, uint32_t counts)
{
	uint8_t *write = &data->ppg.regs[MAX86141_FIFO_WR_PTR];
	uint8_t *overflow = &data->ppg.regs[MAX86141_OVF_COUNTER];

	if (data->ppg.level == MAX86141_WORDS) {
		*overflow = MIN(*overflow + 1, OVERFLOW_MAX);
		return;
	}
	data->fifo[*write] = (uint32_t)tag << MAX86141_COUNT_BITS | counts;
	*write = (*write + 1) % MAX86141_WORDS;
	data->ppg.level++;
}

static bool push(const struct emul *emul, const uint32_t *counts)
{
	const struct emul_config *config = emul->cfg;
	struct emul_data *data = emul->data;
	const uint8_t *regs = data->ppg.regs;
	int threshold = MAX86141_WORDS - regs[MAX86141_FIFO_CONFIG1];
	int before = data->ppg.level;

	if ((regs[MAX86141_SYSTEM] & MAX86141_SHDN) != 0) {
		return false;
	}
	for (int slot = 0; slot < PULSE_PPG_CHANNELS && exposure(data, slot) != 0; slot++) {
		for (int diode = 0; diode < config->photodiodes; diode++) {
			int channel = slot * config->photodiodes + diode;
			uint32_t ua = led_ua(emul, exposure(data, slot) - 1);

			take_word(
				data, (diode == 0 ? MAX86141_TAG_PPG1 : MAX86141_TAG_PPG2) + slot,
				pulse_ppg_emul_lit(emul, channel, counts[channel], ua, COUNT_MAX));
		}
	}

	bool every = (regs[MAX86141_FIFO_CONFIG2] & MAX86141_A_FULL_TYPE) == 0;

	return data->ppg.level >= threshold && (before < threshold || every) &&
	       pulse_ppg_emul_raise(emul, MAX86141_INT_A_FULL);
}

static void write_reg(const struct emul *emul, uint8_t reg, uint8_t value)
{
	struct emul_data *data = emul->data;
	uint8_t *regs = data->ppg.regs;

	switch (reg) {
	case MAX86141_SYSTEM:
		if ((value & MAX86141_RESET) != 0) {
			reset_registers(emul);
			return;
		}
		break;
	case MAX86141_FIFO_CONFIG2:
		if ((value & MAX86141_FLUSH_FIFO) != 0) {
			empty(data);
			value &= ~MAX86141_FLUSH_FIFO;
		}
		break;
	case MAX86141_FIFO_WR_PTR:
	case MAX86141_FIFO_RD_PTR:
	case MAX86141_OVF_COUNTER:
	case MAX86141_FIFO_COUNT:
	case MAX86141_PART_ID:
		return; /* read only */
	default:
		break;
	}
	regs[reg] = value;
}

static uint8_t read_fifo(struct emul_data *data)
{
	uint8_t *read = &data->ppg.regs[MAX86141_FIFO_RD_PTR];
	uint32_t word = data->ppg.level > 0 ? data->fifo[*read]
					    : (uint32_t)MAX86141_TAG_NONE << MAX86141_COUNT_BITS;
	uint8_t byte = word >> (8 * (PULSE_PPG_COUNT - 1 - data->ppg.offset));

	if (++data->ppg.offset == PULSE_PPG_COUNT) {
		data->ppg.offset = 0;
		if (data->ppg.level > 0) {
			data->ppg.level--;
			*read = (*read + 1) % MAX86141_WORDS;
			data->ppg.regs[MAX86141_OVF_COUNTER] = 0;
		}
	}
	return byte;
}

/* @return whether the pin must be released */
static bool read_reg(struct emul_data *data, uint8_t reg, uint8_t *value)
{
	if (reg == MAX86141_FIFO_DATA) {
		*value = read_fifo(data);
		return false;
	}
	*value = reg == MAX86141_FIFO_COUNT ? data->ppg.level : data->ppg.regs[reg];
	if (reg == MAX86141_INT_STATUS1) {
		data->ppg.regs[reg] = 0;
		return true;
	}
	return false;
}

/* Byte `at` of what goes out, 0 beyond it. */
static uint8_t sent(const struct spi_buf_set *set, size_t at)
{
	for (size_t i = 0; set != NULL && i < set->count; i++) {
		if (at < set->buffers[i].len) {
			return set->buffers[i].buf == NULL
				       ? 0
				       : ((const uint8_t *)set->buffers[i].buf)[at];
		}
		at -= set->buffers[i].len;
	}
	return 0;
}

static size_t length(const struct spi_buf_set *set)
{
	size_t bytes = 0;

	for (size_t i = 0; set != NULL && i < set->count; i++) {
		bytes += set->buffers[i].len;
	}
	return bytes;
}

static void receive(const struct spi_buf_set *set, size_t at, uint8_t byte)
{
	for (size_t i = 0; i < set->count; i++) {
		if (at < set->buffers[i].len) {
			if (set->buffers[i].buf != NULL) {
				((uint8_t *)set->buffers[i].buf)[at] = byte;
			}
			return;
		}
		at -= set->buffers[i].len;
	}
}

/* One transfer under chip select. @return whether the pin must be released */
static bool exchange(const struct emul *emul, const struct spi_buf_set *tx,
		     const struct spi_buf_set *rx)
{
	struct emul_data *data = emul->data;
	size_t bytes = MAX(length(tx), length(rx));
	uint8_t reg = sent(tx, 0);
	bool read = (sent(tx, 1) & MAX86141_READ) != 0;
	bool release = false;

	for (size_t at = 2; at < bytes; at++) {
		if (read) {
			uint8_t byte;

			release |= read_reg(data, reg, &byte);
			receive(rx, at, byte);
		} else {
			write_reg(emul, reg, sent(tx, at));
		}
		reg += reg != MAX86141_FIFO_DATA;
	}
	return release;
}

/* A chip that is gone acknowledges nothing on SPI: its bytes float. A nack is the controller's. */
static int io(const struct emul *emul, const struct spi_config *spi, const struct spi_buf_set *tx,
	      const struct spi_buf_set *rx)
{
	struct emul_data *data = emul->data;
	bool release = false;
	int ret = 0;
	k_spinlock_key_t key = k_spin_lock(&data->ppg.lock);

	ARG_UNUSED(spi);
	data->ppg.longest = MAX(data->ppg.longest, length(rx));
	if (data->ppg.gone) {
		for (size_t at = 0; at < length(rx); at++) {
			receive(rx, at, FLOATING);
		}
	} else if (pulse_ppg_emul_refuses(&data->ppg)) {
		ret = -EIO;
	} else {
		release = exchange(emul, tx, rx);
	}
	k_spin_unlock(&data->ppg.lock, key);
	if (release) {
		pulse_ppg_emul_release(emul);
	}
	return ret;
}

static int emul_init(const struct emul *emul, const struct device *parent)
{
	ARG_UNUSED(parent);
	reset_registers(emul);
	return 0;
}

static struct spi_emul_api bus_api = {
	.io = io,
};

static const struct pulse_ppg_emul_chip chip = {
	.status = MAX86141_INT_STATUS1,
	.enable = MAX86141_INT_ENABLE1,
	.a_full = MAX86141_INT_A_FULL,
	.push = push,
	.reset = reset_registers,
	.led_ua = led_ua,
};

#define SLOT_LED(inst, slot) (MAX(PULSE_PPG_LED_OF_SLOT(inst, slot), 1) - 1)
#define CHANNEL_LED(inst, channel)                                                                 \
	(DT_INST_PROP(inst, photodiodes) == 1 ? SLOT_LED(inst, channel)                            \
	 : (channel) < 2                      ? SLOT_LED(inst, 0)                                  \
					      : SLOT_LED(inst, 1))

#define MAX86141_EMUL(inst)                                                                        \
	static struct emul_data emul_data_##inst;                                                  \
	static const struct emul_config emul_config_##inst = {                                     \
		.ppg =                                                                             \
			{                                                                          \
				.interrupt = GPIO_DT_SPEC_INST_GET(inst, int_gpios),               \
				.channels = DT_INST_PROP_LEN(inst, slots) *                        \
					    DT_INST_PROP(inst, photodiodes),                       \
				.led = {CHANNEL_LED(inst, 0), CHANNEL_LED(inst, 1),                \
					CHANNEL_LED(inst, 2), CHANNEL_LED(inst, 3)},               \
				.led_ua = DT_INST_PROP(inst, led_current_microamp),                \
			},                                                                         \
		.photodiodes = DT_INST_PROP(inst, photodiodes),                                    \
	};                                                                                         \
	EMUL_DT_INST_DEFINE(inst, emul_init, &emul_data_##inst, &emul_config_##inst, &bus_api,     \
			    &chip)

DT_INST_FOREACH_STATUS_OKAY(MAX86141_EMUL)
