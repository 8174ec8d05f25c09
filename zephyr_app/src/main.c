/* SPDX-License-Identifier: Apache-2.0 */
/* Wiring: sensors -> acquire -> infer -> publish. */
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "acquire.h"
#include "config.h"
#include "infer.h"

#ifdef CONFIG_PULSE_WATCHDOG
#include "watchdog.h"
#endif

#ifdef CONFIG_PULSE_BLUETOOTH
#include "bluetooth.h"
#endif

#ifdef CONFIG_PULSE_STREAM
#include "stream.h"
#endif

#ifdef CONFIG_PULSE_REPLAY
#include "host.h"
#include "replay.h"
#endif

int main(void)
{
	int ret;

	pulse_config_load();
#ifdef CONFIG_PULSE_STREAM
	/* Without the stream the rest still works. */
	ret = pulse_stream_start();
	if (ret != 0) {
		printk("ERROR stream: %d\n", ret);
	}
#endif
#ifdef CONFIG_PULSE_WATCHDOG
	ret = pulse_watchdog_start(NULL);
	if (ret != 0) {
		printk("ERROR watchdog: %d\n", ret);
	}
#endif
	pulse_infer_start();
	ret = pulse_acquire_start();
	if (ret != 0) {
		printk("ERROR sensors: %d\n", ret);
#ifdef CONFIG_PULSE_REPLAY
		pulse_host_exit(1);
#endif
		return ret;
	}
#ifdef CONFIG_PULSE_BLUETOOTH
	/* Without Bluetooth the rest still works. */
	ret = pulse_bluetooth_start();
	if (ret != 0) {
		printk("ERROR bluetooth: %d\n", ret);
	}
#endif
#ifdef CONFIG_PULSE_REPLAY
	pulse_replay_run();
#endif
	return 0;
}
