/* SPDX-License-Identifier: Apache-2.0 */
/* The work queue that reads the chips: a transfer may block for as long as the bus's time-out. */
#include <zephyr/init.h>

#include <drivers/sensor/ppg.h>

static K_KERNEL_STACK_DEFINE(stack, CONFIG_PULSE_PPG_STACK_SIZE);
static struct k_work_q queue;

struct k_work_q *pulse_ppg_queue(void)
{
	return &queue;
}

static int start(void)
{
	static const struct k_work_queue_config config = {.name = "ppg"};

	k_work_queue_start(&queue, stack, K_KERNEL_STACK_SIZEOF(stack), CONFIG_PULSE_PPG_PRIORITY,
			   &config);
	return 0;
}

/* Before the devices, whose work it takes. */
SYS_INIT(start, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
