/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real board's host is at the other end of its console: the image asks with a line
 * "READ <offset> <size>", and python_tools/wristpulse_tools/hardware/line.py answers with a u16,
 * little-endian, of how many bytes follow, and those bytes. Nothing is sent unasked, so that
 * nothing can overrun.
 */
#include <string.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/printk.h>

#include "host.h"

#define COUNT 2 /* bytes of the answer's head */

static const struct device *const line = DEVICE_DT_GET(DT_CHOSEN(zephyr_console));
static K_SEM_DEFINE(answered, 0, 1);
static uint8_t answer[COUNT + CONFIG_PULSE_REPLAY_SERIAL_BLOCK];
static volatile size_t received;
static uint32_t offset; /* in the file, behind the block */
static size_t taken;    /* of the block */

static size_t block_size(void)
{
	return received < COUNT ? 0 : MIN(sys_get_le16(answer), CONFIG_PULSE_REPLAY_SERIAL_BLOCK);
}

static void on_byte(const struct device *dev, void *context)
{
	ARG_UNUSED(context);
	while (uart_irq_update(dev) > 0 && uart_irq_rx_ready(dev) > 0) {
		uint8_t byte;

		if (uart_fifo_read(dev, &byte, 1) != 1) {
			return;
		}
		if (received < sizeof(answer)) {
			answer[received++] = byte;
		}
		if (received >= COUNT && received == COUNT + block_size()) {
			k_sem_give(&answered);
		}
	}
}

/* @return bytes of the next block, 0 at the end of the file */
static size_t ask(void)
{
	received = 0;
	taken = 0;
	k_sem_reset(&answered);
	printk("READ %u %u\n", offset, CONFIG_PULSE_REPLAY_SERIAL_BLOCK);
	(void)k_sem_take(&answered, K_FOREVER); /* the host gives up, not the board */
	offset += block_size();
	return block_size();
}

const char *pulse_host_file(void)
{
	return "serial";
}

int pulse_host_open(const char *path)
{
	ARG_UNUSED(path);
	if (!device_is_ready(line) || uart_irq_callback_user_data_set(line, on_byte, NULL) != 0) {
		return -1;
	}
	uart_irq_rx_enable(line);
	return 0;
}

void pulse_host_close(int handle)
{
	ARG_UNUSED(handle);
}

size_t pulse_host_read(void *context, void *buffer, size_t size)
{
	size_t done = 0;

	ARG_UNUSED(context);
	while (done < size) {
		if (taken == block_size() && ask() == 0) {
			break;
		}

		size_t part = MIN(size - done, block_size() - taken);

		memcpy((uint8_t *)buffer + done, &answer[COUNT + taken], part);
		taken += part;
		done += part;
	}
	return done;
}

/* A board has nobody to report a status to: the last line, END or ERROR, says it. */
void pulse_host_exit(int status)
{
	ARG_UNUSED(status);
	k_sleep(K_FOREVER);
}
