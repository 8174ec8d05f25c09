/* SPDX-License-Identifier: Apache-2.0 */
#include "publish.h"

#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "health/confirm.h"
#include "health/reset_record.h"

#define HEALTHY_HOPS   30  /* a minute */
#define STALE_AGAIN_MS 100 /* until the channel is looked at again */

static void print_result(const struct zbus_channel *channel);
static void grow_stale(struct k_work *work);

ZBUS_LISTENER_DEFINE(pulse_printer, print_result);
ZBUS_CHAN_DEFINE(pulse_result_channel, struct pulse_result, NULL, NULL,
		 ZBUS_OBSERVERS(pulse_printer), ZBUS_MSG_INIT(.state = PULSE_ACQUIRING));
static K_WORK_DELAYABLE_DEFINE(stale, grow_stale);

static atomic_t lost;

static void publish(const struct pulse_result *result)
{
	/* Listeners are short; a hop's time means that one of them hangs. */
	if (zbus_chan_pub(&pulse_result_channel, result, K_SECONDS(2)) != 0) {
		(void)atomic_inc(&lost);
	}
}

void pulse_publish_start(void)
{
	(void)k_work_reschedule(&stale, K_MSEC(CONFIG_PULSE_STALE_MS));
}

void pulse_publish_pause(bool on)
{
	if (on) {
		(void)k_work_cancel_delayable(&stale);
	} else {
		pulse_publish_start();
	}
}

void pulse_publish(const struct pulse_result *result)
{
	pulse_publish_start();
	publish(result);
	pulse_confirm_hop();
	if (result->hop == HEALTHY_HOPS) {
		pulse_reset_record_healthy();
	}
}

uint32_t pulse_publish_lost(void)
{
	return (uint32_t)atomic_get(&lost);
}

static void grow_stale(struct k_work *work)
{
	struct pulse_result last;

	ARG_UNUSED(work);
	if (zbus_chan_read(&pulse_result_channel, &last, K_NO_WAIT) != 0) {
		/* Somebody holds the channel. A publisher has set the time anew, which this leaves.
		 */
		(void)k_work_schedule(&stale, K_MSEC(STALE_AGAIN_MS));
		return;
	}
	last.time_us += CONFIG_PULSE_STALE_MS * USEC_PER_MSEC;
	last.state = PULSE_STALE;
	last.bpm_q8 = 0;
	last.confidence_q15 = 0;
	publish(&last);
}

/* One line a hop; tests and tools read it. A stale result is no hop. */
static void print_result(const struct zbus_channel *channel)
{
	const struct pulse_result *result = zbus_chan_const_msg(channel);
	char line[PULSE_RESULT_TEXT];

	if (result->state == PULSE_STALE) {
		printk("STALE\n");
		return;
	}
	pulse_result_text(result, line);
	printk("%s\n", line);
}
