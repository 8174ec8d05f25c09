/* SPDX-License-Identifier: Apache-2.0 */
/* What the emulators of front ends share: registers, faults, the interrupt pin. */
#ifndef PPG_EMUL_DATA_H_
#define PPG_EMUL_DATA_H_

#include <zephyr/drivers/gpio.h>
#include <zephyr/spinlock.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>
#include "ppg_data.h"

/* First in every emulator's cfg. */
struct pulse_ppg_emul_config {
	struct gpio_dt_spec interrupt;
	uint8_t channels;
	uint8_t led[PULSE_PPG_CHANNELS];
	uint32_t led_ua[PULSE_PPG_LEDS]; /* currents that pushed counts stand for */
};

/* First in every emulator's data. */
struct pulse_ppg_emul_data {
	struct k_spinlock lock; /* samples come from interrupts, transfers from threads */
	uint8_t regs[256];
	uint8_t level;  /* samples or words in the FIFO */
	uint8_t offset; /* bytes already read of the oldest one */
	bool gone;
	bool stuck;
	bool raises_again;
	bool late; /* a sample comes after the status was read */
	bool without_proximity;
	uint32_t late_counts;
	uint16_t longest; /* bytes of a read */
	int nack_after;
	int nack_count;
	int mute;
};

/* What an emulator brings, its backend_api. Functions are called with the lock. */
struct pulse_ppg_emul_chip {
	uint8_t status; /* register of the interrupts' bits */
	uint8_t enable; /* the same bits: which ones pull the pin */
	uint8_t a_full; /* bit of the watermark */
	/** Take a sample. @return whether the pin is to be pulled */
	bool (*push)(const struct emul *emul, const uint32_t *counts);
	/** Registers at their reset values, FIFO empty. */
	void (*reset)(const struct emul *emul);
	/** Current of an LED, uA. */
	uint32_t (*led_ua)(const struct emul *emul, int led);
};

/** A status bit goes up. @return whether the pin is to be pulled: it is enabled, and not muted */
bool pulse_ppg_emul_raise(const struct emul *emul, uint8_t bit);

/** A channel's counts at `ua`, below full scale. */
uint32_t pulse_ppg_emul_lit(const struct emul *emul, int channel, uint32_t counts, uint32_t ua,
			    uint32_t full);

/** At a transfer's begin, with the lock. @return whether the chip refuses it */
bool pulse_ppg_emul_refuses(struct pulse_ppg_emul_data *data);

/** After a transfer, without the lock: its reads of the status release the pin. */
void pulse_ppg_emul_release(const struct emul *emul);

/** Pull the pin or let it go. Without the lock. */
void pulse_ppg_emul_drive(const struct emul *emul, bool active);

#endif /* PPG_EMUL_DATA_H_ */
