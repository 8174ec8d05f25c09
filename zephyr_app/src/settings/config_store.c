/* SPDX-License-Identifier: Apache-2.0 */
#include "config_store.h"

#include <errno.h>
#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/settings/settings.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/sys/crc.h>

LOG_MODULE_DECLARE(config, CONFIG_PULSE_LOG_LEVEL);

#define LARGEST 128 /* bytes of a record of any version */

struct loaded {
	int32_t *values;
	enum pulse_config_origin origin;
};

static enum pulse_config_origin judge(const uint8_t *bytes, size_t length, int32_t *values)
{
	struct pulse_config_record record;
	uint32_t crc;

	if (length < offsetof(struct pulse_config_record, values) + sizeof(crc)) {
		return PULSE_CONFIG_DAMAGED;
	}
	length -= sizeof(crc);
	memcpy(&crc, bytes + length, sizeof(crc));
	if (crc32_ieee(bytes, length) != crc) {
		return PULSE_CONFIG_DAMAGED;
	}
	memcpy(&record, bytes, MIN(length, sizeof(record)));
	if (record.version != PULSE_CONFIG_VERSION || record.size != sizeof(record) ||
	    length + sizeof(crc) != sizeof(record)) {
		return PULSE_CONFIG_FOREIGN;
	}
	memcpy(values, record.values, sizeof(record.values));
	return PULSE_CONFIG_STORED;
}

static int on_record(const char *key, size_t length, settings_read_cb read, void *context,
		     void *param)
{
	struct loaded *loaded = param;
	uint8_t bytes[LARGEST];

	if (settings_name_next(key, NULL) != 0) {
		return 0; /* not the record but something below it */
	}
	loaded->origin = length <= sizeof(bytes) && read(context, bytes, length) == (ssize_t)length
				 ? judge(bytes, length, loaded->values)
				 : PULSE_CONFIG_DAMAGED;
	return 0;
}

/* A partition that holds no settings of any kind is erased: nothing could be stored otherwise. */
static int mount(bool *was_foreign)
{
	const struct flash_area *area;
	int ret = settings_subsys_init();

	*was_foreign = false;
	if (ret != -EDEADLK) {
		return ret;
	}
	*was_foreign = true;
	ret = flash_area_open(FIXED_PARTITION_ID(storage_partition), &area);
	if (ret == 0) {
		ret = flash_area_flatten(area, 0, area->fa_size);
		flash_area_close(area);
	}
	return ret == 0 ? settings_subsys_init() : ret;
}

enum pulse_config_origin pulse_config_store_load(int32_t values[PULSE_CONFIG_KEYS])
{
	struct loaded loaded = {.values = values, .origin = PULSE_CONFIG_DEFAULTS};
	bool was_foreign;
	int ret = mount(&was_foreign);

	if (ret == 0) {
		ret = settings_load_subtree_direct(PULSE_CONFIG_PATH, on_record, &loaded);
	}
	if (ret != 0) {
		LOG_ERR("storage: %d", ret);
	}
	return ret != 0 || was_foreign ? PULSE_CONFIG_DAMAGED : loaded.origin;
}

int pulse_config_store_save(const int32_t values[PULSE_CONFIG_KEYS])
{
	struct pulse_config_record record = {
		.version = PULSE_CONFIG_VERSION,
		.size = sizeof(record),
	};

	memcpy(record.values, values, sizeof(record.values));
	record.crc =
		crc32_ieee((const uint8_t *)&record, offsetof(struct pulse_config_record, crc));
	return settings_save_one(PULSE_CONFIG_PATH, &record, sizeof(record));
}
