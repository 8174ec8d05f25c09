/* SPDX-License-Identifier: Apache-2.0 */
/* pulse stats: every counter there is, one a line, since boot. */
#include <zephyr/shell/shell.h>

#include <drivers/sensor/ppg.h>
#include <pulse/result.h>

#include "estimation/infer.h"
#include "estimation/publish.h"
#include "sensing/accelerometer.h"
#include "sensing/acquire.h"
#include "sensing/gain.h"
#include "sensing/motion.h"
#include "settings/config.h"

#ifdef CONFIG_PULSE_BLUETOOTH
#include "ble/bluetooth.h"
#endif
#if CONFIG_PULSE_SMOOTH_HOPS
#include "estimation/late.h"
#endif

static int stats(const struct shell *shell, size_t count, char **words)
{
	struct pulse_acquire_counters acquired;
	struct pulse_ppg_counters chip;
	struct pulse_schedule schedule;
	struct pulse_config_state config;
	struct pulse_result result;

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	pulse_acquire_counters(&acquired);
	pulse_ppg_counters(DEVICE_DT_GET(DT_ALIAS(pulse_ppg)), &chip);
	pulse_infer_schedule(&schedule);
	pulse_config_state(&config);
	int ret = zbus_chan_read(&pulse_result_channel, &result, K_MSEC(100));

	const struct {
		const char *name;
		uint32_t value;
	} table[] = {
		{"ppg_batches", acquired.batches},
		{"ppg_samples", acquired.ppg_samples},
		{"ppg_errors", acquired.ppg_errors},
		{"acc_samples", acquired.acc_samples},
		{"align_ppg_gaps", acquired.align.ppg_gaps},
		{"align_acc_gaps", acquired.align.acc_gaps},
		{"align_ppg_dropped", acquired.align.ppg_dropped},
		{"align_acc_dropped", acquired.align.acc_dropped},
		{"align_restarts", acquired.align.restarts},
		{"acc_stand_ins", acquired.acc_stand_ins},
		{"acc_lost", pulse_accelerometer_lost()},
		{"acc_wrong_scale", pulse_accelerometer_wrong_scale()},
		{"motion_wakes", pulse_motion_count()},
		{"chip_batches", chip.batches},
		{"chip_samples", chip.samples},
		{"chip_lost", chip.lost},
		{"chip_overflows", chip.overflows},
		{"chip_bus_errors", chip.bus_errors},
		{"chip_lost_interrupts", chip.lost_interrupts},
		{"chip_recoveries", chip.recoveries},
		{"chip_mixed", chip.mixed},
		{"chip_proximities", chip.proximities},
		{"gain_steps", pulse_gain_steps()},
		{"hops", schedule.hops},
		{"inferences", schedule.inferences},
		{"hops_shed", schedule.shed},
		{"deadline_misses", schedule.misses},
		{"results_lost", pulse_publish_lost()},
#if CONFIG_PULSE_SMOOTH_HOPS
		{"late_lost", pulse_late_lost()},
#endif
#ifdef CONFIG_PULSE_BLUETOOTH
		{"notifications_lost", pulse_bluetooth_lost()},
#endif
		{"gaps", ret == 0 ? result.gaps : 0},
		{"settings_refused", config.faults},
	};
	for (int i = 0; i < ARRAY_SIZE(table); i++) {
		shell_print(shell, "%s %u", table[i].name, table[i].value);
	}
	return ret;
}

SHELL_SUBCMD_ADD((pulse), stats, NULL, "All counters since boot", stats, 1, 0);
