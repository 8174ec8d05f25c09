/* SPDX-License-Identifier: Apache-2.0 */
#include "random_faults.h"

#include <zephyr/init.h>
#include <zephyr/sys/printk.h>
#include <zephyr/sys/util.h>

#include <drivers/sensor/ppg.h>
#include <drivers/sensor/ppg_emul.h>

#include "emulated_accelerometer.h"

#define LEAST_S    10 /* a fault is over, and a window full again, before the next one comes */
#define RANGE_S    31
#define DARK_US    8000000
#define ABSENT_US  6000000
#define LATE_US    10000000
#define BURST      (DT_PROP(DT_ALIAS(pulse_ppg), fifo_samples) + 8)
#define FIRST_SEED 0x9e3779b9 /* never 0, where xorshift stands still */

enum fault {
	BUS,
	INTERRUPT,
	OVERFLOW,
	RESET,
	CONTACT,
	ACC_ABSENT,
	ACC_RESET,
	FAULTS,
};

static uint32_t injected[FAULTS];
static uint32_t random_state = FIRST_SEED ^ CONFIG_PULSE_RANDOM_FAULTS_SEED;
static int64_t due_us = INT64_MIN;   /* of the next fault */
static int64_t light_us = INT64_MIN; /* contact is lost until then */
static int64_t back_us = INT64_MAX;  /* the accelerometer is absent until then */

/* Marsaglia, "Xorshift RNGs", 2003: the triple 13, 17, 5. */
static uint32_t draw(uint32_t range)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % range;
}

static void inject(const struct emul *chip, int64_t t_us, uint32_t counts)
{
	const uint32_t all[PULSE_PPG_CHANNELS] = {counts, counts, counts, counts};
	enum fault fault = draw(FAULTS);

	injected[fault]++;
	switch (fault) {
	case BUS:
		pulse_ppg_emul_nack(chip, draw(3), 1);
		break;
	case INTERRUPT:
		pulse_ppg_emul_mute(chip, 1);
		break;
	case OVERFLOW:
		for (int i = 0; i < BURST; i++) {
			pulse_ppg_emul_push(chip, all);
		}
		break;
	case RESET:
		pulse_ppg_emul_power_cycle(chip);
		break;
	case ACC_ABSENT:
		pulse_emulated_accelerometer_vanish(true);
		back_us = t_us + ABSENT_US;
		break;
	case ACC_RESET:
		pulse_emulated_accelerometer_power_cycle();
		break;
	default:
		light_us = t_us + DARK_US;
		break;
	}
}

uint32_t pulse_random_faults_sample(const struct emul *chip, int64_t t_us, uint32_t counts)
{
	if (t_us >= back_us) {
		pulse_emulated_accelerometer_vanish(false);
		back_us = INT64_MAX;
	}
	if (t_us >= due_us) {
		if (due_us != INT64_MIN) {
			inject(chip, t_us, counts);
		}
		if (due_us == INT64_MIN) {
			back_us = t_us + LATE_US;
		}
		due_us = MAX(t_us, light_us) + (LEAST_S + draw(RANGE_S)) * 1000000LL;
	}
	return t_us < light_us ? 0 : counts;
}

/* From before the application looks for it. */
static int make_accelerometer_late(void)
{
	pulse_emulated_accelerometer_vanish(true);
	return 0;
}

SYS_INIT(make_accelerometer_late, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);

void pulse_random_faults_print(void)
{
	printk("FAULTS bus=%u interrupts=%u overflows=%u resets=%u contacts=%u acc_absent=%u "
	       "acc_resets=%u\n",
	       injected[BUS], injected[INTERRUPT], injected[OVERFLOW], injected[RESET],
	       injected[CONTACT], injected[ACC_ABSENT], injected[ACC_RESET]);
}
