/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_port.h"

#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/ring_buffer.h>

static const struct device *const port = DEVICE_DT_GET(DT_CHOSEN(pulse_stream_uart));
static struct k_spinlock lock; /* the ring, among those who put */

RING_BUF_DECLARE(ring, CONFIG_PULSE_STREAM_BUFFER);

#ifdef CONFIG_UART_INTERRUPT_DRIVEN

static void transmit(const struct device *dev, void *user_data)
{
	ARG_UNUSED(user_data);
	while (uart_irq_update(dev) && uart_irq_tx_ready(dev) > 0) {
		uint8_t *data;
		uint32_t size = ring_buf_get_claim(&ring, &data, CONFIG_PULSE_STREAM_BUFFER);
		int sent = size > 0 ? uart_fifo_fill(dev, data, (int)size) : 0;

		(void)ring_buf_get_finish(&ring, MAX(sent, 0));
		if (size == 0) {
			uart_irq_tx_disable(dev);
			return;
		}
		if (sent <= 0) {
			return;
		}
	}
}

static int prepare(void)
{
	return uart_irq_callback_set(port, transmit);
}

static void wake(void)
{
	uart_irq_tx_enable(port);
}

#else /* native_sim's pseudo terminal: it takes bytes at once, and knows no interrupts */

BUILD_ASSERT(IS_ENABLED(CONFIG_ARCH_POSIX), "on a board the stream needs UART_INTERRUPT_DRIVEN");

static void drain(struct k_work *work)
{
	uint8_t byte;

	ARG_UNUSED(work);
	while (ring_buf_get(&ring, &byte, 1) == 1) {
		uart_poll_out(port, byte);
	}
}

static K_WORK_DEFINE(draining, drain);

static int prepare(void)
{
	return 0;
}

static void wake(void)
{
	(void)k_work_submit(&draining);
}

#endif

int pulse_stream_port_start(void)
{
	return device_is_ready(port) ? prepare() : -ENODEV;
}

bool pulse_stream_port_put(const uint8_t *frame, size_t length)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	bool room = ring_buf_space_get(&ring) >= length;

	if (room) {
		(void)ring_buf_put(&ring, frame, length);
	}
	k_spin_unlock(&lock, key);
	if (room) {
		wake();
	}
	return room;
}
