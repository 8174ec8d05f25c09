/* SPDX-License-Identifier: Apache-2.0 */
#include "coredump.h"

#include <string.h>
#include <zephyr/debug/coredump.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/sys/crc.h>
#include <zephyr/sys/util.h>

LOG_MODULE_REGISTER(coredump_store, CONFIG_PULSE_LOG_LEVEL);

#define PARTITION       FIXED_PARTITION_ID(coredump_partition)
#define PARTITION_BYTES FIXED_PARTITION_SIZE(coredump_partition)
#define WRITE_BLOCK     8 /* of nRF52840 4, STM32WB55 8, emulated flash 4 */

BUILD_ASSERT(CONFIG_PULSE_COREDUMP_BYTES % WRITE_BLOCK == 0);
BUILD_ASSERT(sizeof(struct pulse_coredump_header) % WRITE_BLOCK == 0);
BUILD_ASSERT(sizeof(struct pulse_coredump_header) + CONFIG_PULSE_COREDUMP_BYTES <= PARTITION_BYTES,
	     "coredump_partition: smaller than CONFIG_PULSE_COREDUMP_BYTES and its header");

/* As it goes into flash. */
static __noinit struct {
	struct pulse_coredump_header header;
	uint8_t dump[CONFIG_PULSE_COREDUMP_BYTES];
} kept;

/* In the fault handler: memory only. */
static void start(void)
{
	kept.header = (struct pulse_coredump_header){0};
}

static void output(uint8_t *bytes, size_t length)
{
	size_t fits = MIN(length, sizeof(kept.dump) - kept.header.size);

	memcpy(&kept.dump[kept.header.size], bytes, fits);
	kept.header.size += fits;
	kept.header.lost += length - fits;
}

static void end(void)
{
	kept.header.check = crc32_ieee(kept.dump, kept.header.size);
	kept.header.magic = PULSE_COREDUMP_MAGIC;
}

static int query(enum coredump_query_id what, void *argument)
{
	ARG_UNUSED(argument);
	switch (what) {
	case COREDUMP_QUERY_HAS_STORED_DUMP:
		return pulse_coredump_size() > 0;
	case COREDUMP_QUERY_GET_STORED_DUMP_SIZE:
		return pulse_coredump_size();
	default:
		return -ENOTSUP;
	}
}

static int command(enum coredump_cmd_id what, void *argument)
{
	const struct coredump_cmd_copy_arg *copy = argument;

	switch (what) {
	case COREDUMP_CMD_VERIFY_STORED_DUMP:
		return pulse_coredump_size() > 0;
	case COREDUMP_CMD_COPY_STORED_DUMP:
		return pulse_coredump_read(copy->offset, copy->buffer, copy->length);
	case COREDUMP_CMD_ERASE_STORED_DUMP:
	case COREDUMP_CMD_INVALIDATE_STORED_DUMP:
		return pulse_coredump_erase();
	default:
		return -ENOTSUP;
	}
}

/* By this name Zephyr finds it (CONFIG_DEBUG_COREDUMP_BACKEND_OTHER). */
struct coredump_backend_api coredump_backend_other = {
	.start = start,
	.end = end,
	.buffer_output = output,
	.query = query,
	.cmd = command,
};

static bool is_whole(void)
{
	return kept.header.magic == PULSE_COREDUMP_MAGIC && kept.header.size <= sizeof(kept.dump) &&
	       kept.header.check == crc32_ieee(kept.dump, kept.header.size);
}

static int store(void)
{
	const struct flash_area *area;
	size_t length = sizeof(kept.header) + ROUND_UP(kept.header.size, WRITE_BLOCK);
	int ret = flash_area_open(PARTITION, &area);

	if (ret == 0) {
		ret = flash_area_erase(area, 0, area->fa_size);
	}
	if (ret == 0) {
		ret = flash_area_write(area, 0, &kept, length);
	}
	return ret;
}

void pulse_coredump_save(void)
{
	if (!is_whole()) {
		return;
	}

	int ret = store();

	kept.header.magic = 0;
	if (ret == 0) {
		LOG_WRN("coredump of the last crash: %u bytes in flash", kept.header.size);
	} else {
		LOG_ERR("coredump: not stored: %d", ret);
	}
}

static int find(const struct flash_area **area, struct pulse_coredump_header *header)
{
	int ret = flash_area_open(PARTITION, area);

	if (ret == 0) {
		ret = flash_area_read(*area, 0, header, sizeof(*header));
	}
	if (ret == 0 && (header->magic != PULSE_COREDUMP_MAGIC ||
			 header->size > PARTITION_BYTES - sizeof(*header))) {
		ret = -ENOENT;
	}
	return ret;
}

size_t pulse_coredump_size(void)
{
	const struct flash_area *area;
	struct pulse_coredump_header header;
	uint8_t part[64];
	uint32_t check = 0;

	if (find(&area, &header) != 0) {
		return 0;
	}
	for (size_t at = 0; at < header.size; at += sizeof(part)) {
		size_t length = MIN(sizeof(part), header.size - at);

		if (flash_area_read(area, sizeof(header) + at, part, length) != 0) {
			return 0;
		}
		check = crc32_ieee_update(check, part, length);
	}
	return check == header.check ? header.size : 0;
}

ssize_t pulse_coredump_read(size_t offset, uint8_t *buffer, size_t length)
{
	const struct flash_area *area;
	struct pulse_coredump_header header;
	int ret = find(&area, &header);

	if (ret != 0) {
		return ret;
	}
	length = MIN(length, header.size - MIN(offset, header.size));
	ret = length > 0 ? flash_area_read(area, sizeof(header) + offset, buffer, length) : 0;
	return ret == 0 ? (ssize_t)length : ret;
}

int pulse_coredump_erase(void)
{
	const struct flash_area *area;
	int ret = flash_area_open(PARTITION, &area);

	return ret == 0 ? flash_area_erase(area, 0, area->fa_size) : ret;
}
