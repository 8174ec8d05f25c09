/* SPDX-License-Identifier: Apache-2.0 */
#include "late.h"

#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include <pulse/smooth.h>

#include "without_motion.h"

#define SLOTS (CONFIG_PULSE_SMOOTH_HOPS + 1) /* hops that wait, and the one that comes in */

static void print_late(const struct zbus_channel *channel);

ZBUS_LISTENER_DEFINE(pulse_late_printer, print_late);
ZBUS_CHAN_DEFINE(pulse_late_channel, struct pulse_result, NULL, NULL,
		 ZBUS_OBSERVERS(pulse_late_printer), ZBUS_MSG_INIT(.state = PULSE_ACQUIRING));

static struct pulse_smooth smooth;
static bool without_motion[SLOTS]; /* by the hop's number */
static atomic_t lost;

static void publish(struct pulse_result *late)
{
	if (without_motion[late->hop % SLOTS]) {
		late->state = pulse_without_motion(late->state);
	}
	/* Listeners are short; a hop's time means that one of them hangs. */
	if (zbus_chan_pub(&pulse_late_channel, late, K_SECONDS(2)) != 0) {
		(void)atomic_inc(&lost);
	}
}

void pulse_late_start(void)
{
	pulse_smooth_init(&smooth);
}

void pulse_late_hop(const struct pulse_estimator *estimator, int runs,
		    const struct pulse_result *now, bool motion_known)
{
	struct pulse_result late;

	without_motion[now->hop % SLOTS] = !motion_known;
	if (pulse_smooth_hop(&smooth, estimator, runs, now, &late)) {
		publish(&late);
	}
}

void pulse_late_flush(void)
{
	struct pulse_result late;

	while (pulse_smooth_drain(&smooth, &late)) {
		publish(&late);
	}
}

uint32_t pulse_late_lost(void)
{
	return (uint32_t)atomic_get(&lost);
}

/* Tests and tools read it. */
static void print_late(const struct zbus_channel *channel)
{
	char line[PULSE_RESULT_TEXT];

	pulse_result_text(zbus_chan_const_msg(channel), line);
	printk("LATE %s\n", line);
}
