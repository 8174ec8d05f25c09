/* SPDX-License-Identifier: Apache-2.0 */
#include "flash.h"

#include <string.h>
#include <zephyr/device.h>
#include <zephyr/drivers/flash/flash_simulator.h>
#include <zephyr/fs/nvs.h>
#include <zephyr/settings/settings.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/ztest.h>

#include "settings/config.h"

uint8_t *flash_bytes(void)
{
	size_t size;
	uint8_t *memory =
		flash_simulator_get_memory(FIXED_PARTITION_DEVICE(storage_partition), &size);

	zassert_true(FIXED_PARTITION_OFFSET(storage_partition) + FLASH_SIZE <= size);
	return memory + FIXED_PARTITION_OFFSET(storage_partition);
}

/* The settings subsystem starts once in a boot: what it does then is done again here. */
void flash_reboot(void)
{
	void *storage;

	zassert_ok(settings_storage_get(&storage));

	struct nvs_fs *nvs = storage;

	nvs->ready = false;
	zassert_ok(nvs_mount(nvs));
	pulse_config_load();
}

void flash_reboot_with(const uint8_t image[FLASH_SIZE])
{
	memcpy(flash_bytes(), image, FLASH_SIZE);
	flash_reboot();
}
