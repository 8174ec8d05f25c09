/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UART as Zephyr's H:4 driver expects it, on one of QEMU's MPS2 machines, with that driver's
 * calls only. Interrupts are levels: "transmit buffer empty" and "a byte was received" are pending
 * as long as they hold; the UART below tells a change only, so that the driver never starts to
 * send. Bytes arrive no faster than current-speed allows; QEMU delivers a packet at once, which
 * exhausts the driver's buffers, and it then waits for ever.
 */
#define DT_DRV_COMPAT pulse_level_uart

#include <zephyr/drivers/uart.h>
#include <zephyr/irq.h>
#include <zephyr/kernel.h>

struct level_config {
	const struct device *below;
	uint32_t byte_us; /* start bit, 8 bits, stop bit */
};

struct level_data {
	uart_irq_callback_user_data_t callback;
	void *context;
	bool transmits; /* the interrupts that are enabled */
	bool receives;
	bool arriving; /* the next byte is on the line */
	struct k_timer arrival;
};

static const struct device *below(const struct device *dev)
{
	return ((const struct level_config *)dev->config)->below;
}

/* The UART below received a byte, or an interrupt was enabled: the callback serves what holds. */
static void interrupt(const struct device *unused, void *dev)
{
	struct level_data *data = ((const struct device *)dev)->data;
	unsigned int key = irq_lock();

	ARG_UNUSED(unused);
	if (data->callback != NULL) {
		data->callback(dev, data->context);
	}
	irq_unlock(key);
}

static void arrived(struct k_timer *arrival)
{
	struct level_data *data = CONTAINER_OF(arrival, struct level_data, arrival);
	const struct device *dev = k_timer_user_data_get(arrival);

	data->arriving = false;
	if (data->receives) {
		uart_irq_rx_enable(below(dev));
		interrupt(NULL, (void *)dev);
	}
}

static int fifo_fill(const struct device *dev, const uint8_t *bytes, int count)
{
	return uart_fifo_fill(below(dev), bytes, count);
}

static int fifo_read(const struct device *dev, uint8_t *bytes, int count)
{
	const struct level_config *config = dev->config;
	struct level_data *data = dev->data;
	int read = uart_fifo_read(config->below, bytes, count);

	if (read > 0) {
		data->arriving = true;
		/* Its line stays up until a byte is read: no thread would run before the next. */
		uart_irq_rx_disable(config->below);
		k_timer_start(&data->arrival, K_USEC(config->byte_us), K_NO_WAIT);
	}
	return read;
}

static void tx_enable(const struct device *dev)
{
	struct level_data *data = dev->data;

	data->transmits = true;
	interrupt(NULL, (void *)dev);
}

static void tx_disable(const struct device *dev)
{
	struct level_data *data = dev->data;

	data->transmits = false;
}

static int tx_ready(const struct device *dev)
{
	struct level_data *data = dev->data;

	return data->transmits;
}

static void rx_enable(const struct device *dev)
{
	struct level_data *data = dev->data;

	data->receives = true;
	if (!data->arriving) {
		uart_irq_rx_enable(below(dev));
		interrupt(NULL, (void *)dev);
	}
}

static void rx_disable(const struct device *dev)
{
	struct level_data *data = dev->data;

	data->receives = false;
	uart_irq_rx_disable(below(dev));
}

static int rx_ready(const struct device *dev)
{
	struct level_data *data = dev->data;

	return data->receives && !data->arriving && uart_irq_rx_ready(below(dev));
}

static int is_pending(const struct device *dev)
{
	return tx_ready(dev) || rx_ready(dev);
}

static int update(const struct device *dev)
{
	return uart_irq_update(below(dev));
}

static void callback_set(const struct device *dev, uart_irq_callback_user_data_t callback,
			 void *context)
{
	struct level_data *data = dev->data;

	data->callback = callback;
	data->context = context;
	(void)uart_irq_callback_user_data_set(below(dev), interrupt, (void *)dev);
}

static int level_init(const struct device *dev)
{
	struct level_data *data = dev->data;

	k_timer_init(&data->arrival, arrived, NULL);
	k_timer_user_data_set(&data->arrival, (void *)dev);
	return device_is_ready(below(dev)) ? 0 : -ENODEV;
}

static const struct uart_driver_api level_api = {
	.fifo_fill = fifo_fill,
	.fifo_read = fifo_read,
	.irq_tx_enable = tx_enable,
	.irq_tx_disable = tx_disable,
	.irq_tx_ready = tx_ready,
	.irq_rx_enable = rx_enable,
	.irq_rx_disable = rx_disable,
	.irq_rx_ready = rx_ready,
	.irq_is_pending = is_pending,
	.irq_update = update,
	.irq_callback_set = callback_set,
};

#define LEVEL_UART(inst)                                                                           \
	static struct level_data level_data_##inst;                                                \
	static const struct level_config level_config_##inst = {                                   \
		.below = DEVICE_DT_GET(DT_INST_PHANDLE(inst, uart)),                               \
		.byte_us = 10 * USEC_PER_SEC / DT_INST_PROP(inst, current_speed),                  \
	};                                                                                         \
	DEVICE_DT_INST_DEFINE(inst, level_init, NULL, &level_data_##inst, &level_config_##inst,    \
			      POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEVICE, &level_api);

DT_INST_FOREACH_STATUS_OKAY(LEVEL_UART)
