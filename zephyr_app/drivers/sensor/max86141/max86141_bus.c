/* SPDX-License-Identifier: Apache-2.0 */
#include "max86141_data.h"

/* Bytes of a transfer at most, for EasyDMA of an nRF52832; without the two of the command. */
#define BURST_MAX (255 / 3 * 3 - 3)

static int read_burst(const struct device *dev, uint8_t reg, uint8_t *bytes, size_t count)
{
	const struct max86141_config *config = dev->config;
	uint8_t command[2] = {reg, MAX86141_READ};
	const struct spi_buf out = {.buf = command, .len = sizeof(command)};
	const struct spi_buf in[] = {
		{.buf = NULL, .len = sizeof(command)},
		{.buf = bytes, .len = count},
	};
	const struct spi_buf_set tx = {.buffers = &out, .count = 1};
	const struct spi_buf_set rx = {.buffers = in, .count = ARRAY_SIZE(in)};

	return spi_transceive_dt(&config->spi, &tx, &rx);
}

int max86141_read(const struct device *dev, uint8_t reg, uint8_t *bytes, size_t count)
{
	int ret = 0;

	/* Only the FIFO is ever longer, and a burst of it goes on where the one before ended. */
	for (size_t done = 0; ret == 0 && done < count; done += BURST_MAX) {
		ret = read_burst(dev, reg, &bytes[done], MIN(count - done, BURST_MAX));
	}
	return ret;
}

int max86141_write(const struct device *dev, uint8_t reg, uint8_t value)
{
	const struct max86141_config *config = dev->config;
	uint8_t bytes[3] = {reg, MAX86141_WRITE, value};
	const struct spi_buf out = {.buf = bytes, .len = sizeof(bytes)};
	const struct spi_buf_set tx = {.buffers = &out, .count = 1};

	return spi_write_dt(&config->spi, &tx);
}
