/* SPDX-License-Identifier: Apache-2.0 */
/* Wiring: sensors -> acquire -> infer -> publish. */
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "estimation/infer.h"
#include "estimation/publish.h"
#include "health/reset_record.h"
#include "sensing/acquire.h"
#include "settings/config.h"

#ifdef CONFIG_PULSE_WATCHDOG
#include "health/watchdog.h"
#endif

#ifdef CONFIG_PULSE_COREDUMP
#include "health/coredump.h"
#endif

#ifdef CONFIG_PULSE_BLUETOOTH
#include "ble/bluetooth.h"
#endif

#ifdef CONFIG_PULSE_STREAM
#include "stream/stream.h"
#endif

#define REPLAYS (IS_ENABLED(CONFIG_PULSE_REPLAY) || IS_ENABLED(CONFIG_PULSE_REPLAY_SERIAL))
#if REPLAYS
#include "replay/replay.h"
#endif

static void start_bluetooth(void)
{
#ifdef CONFIG_PULSE_BLUETOOTH
	/* Without Bluetooth the rest still works. */
	int ret = pulse_bluetooth_start();

	if (ret != 0) {
		printk("ERROR bluetooth: %d\n", ret);
	}
#endif
}

static void start_stream(void)
{
#ifdef CONFIG_PULSE_STREAM
	/* Without the stream the rest still works. */
	int ret = pulse_stream_start();

	if (ret != 0) {
		printk("ERROR stream: %d\n", ret);
	}
#endif
}

static void start_watchdog(void)
{
#ifdef CONFIG_PULSE_WATCHDOG
	int ret = pulse_watchdog_start(NULL);

	if (ret != 0) {
		printk("ERROR watchdog: %d\n", ret);
	}
#endif
}

/* One that crashed again and again waits; only Bluetooth, which may tell why, comes up before. */
static bool brake(void)
{
	uint32_t brake_s = pulse_reset_record_brake_s();

	if (brake_s > 0) {
		printk("ERROR crash loop: %u s until the start\n", brake_s);
		start_bluetooth();
		k_sleep(K_SECONDS(brake_s));
	}
	return brake_s > 0;
}

int main(void)
{
	pulse_reset_record_report();
#ifdef CONFIG_PULSE_COREDUMP
	pulse_coredump_save();
#endif
	pulse_config_load();

	bool braked = brake();

	start_stream();
	start_watchdog();
	pulse_publish_start();
	pulse_infer_start();
	/* Over the serial line the recording stands for the sensors. */
	if (!IS_ENABLED(CONFIG_PULSE_REPLAY_SERIAL)) {
		pulse_acquire_start();
	}
	if (!braked) {
		start_bluetooth();
	}
#if REPLAYS
	pulse_replay_run();
#endif
	return 0;
}
