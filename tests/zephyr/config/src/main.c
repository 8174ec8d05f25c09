/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: limits, persistence, and every way in which what is stored can be wrong. */
#include <errno.h>
#include <string.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/crc.h>
#include <zephyr/ztest.h>

#include "settings/config.h"
#include "settings/config_store.h"
#include "flash.h"

#define BOARD_UA 10000 /* devicetree's */

static uint8_t before[FLASH_SIZE];
static uint8_t after[FLASH_SIZE];
static uint8_t torn[FLASH_SIZE];

static struct pulse_config_state state(void)
{
	struct pulse_config_state out;

	pulse_config_state(&out);
	return out;
}

static void expect(enum pulse_config_origin origin, int32_t led_ua)
{
	zassert_equal(state().origin, origin, "origin %d", state().origin);
	zassert_equal(pulse_config_get(PULSE_CONFIG_LED_UA), led_ua);
	zassert_equal(pulse_config_get(PULSE_CONFIG_POLICY), 0);
}

/* A record that a test makes up, with a CRC that fits. */
static void store(struct pulse_config_record record, size_t length)
{
	uint8_t bytes[sizeof(record) + 8] = {0};

	memcpy(bytes, &record, sizeof(record));

	uint32_t crc = crc32_ieee(bytes, length - sizeof(crc));

	memcpy(bytes + length - sizeof(crc), &crc, sizeof(crc));
	zassert_ok(settings_save_one(PULSE_CONFIG_PATH, bytes, length));
	flash_reboot();
}

static const struct pulse_config_record sound = {
	.version = PULSE_CONFIG_VERSION,
	.size = sizeof(sound),
	.values = {[PULSE_CONFIG_LED_UA] = 4000, [PULSE_CONFIG_VALID_Q15] = 20000},
};

static struct pulse_config_state first_boot;

/* The first boot finds another product's flash: every sector is full of something else. */
static void *boot_with_garbage(void)
{
	memset(flash_bytes(), 0x5a, FLASH_SIZE);
	pulse_config_load();
	first_boot = state();
	return NULL;
}

/* Like a device that is new. */
static void blank(void *fixture)
{
	ARG_UNUSED(fixture);
	memset(after, 0xff, sizeof(after));
	flash_reboot_with(after);
}

ZTEST_SUITE(config, NULL, boot_with_garbage, blank, NULL, NULL);

ZTEST(config, test_garbage_is_erased_and_said)
{
	zassert_equal(first_boot.origin, PULSE_CONFIG_DAMAGED);
	zassert_equal(first_boot.faults, 1);
}

ZTEST(config, test_a_new_device_has_defaults)
{
	expect(PULSE_CONFIG_DEFAULTS, BOARD_UA);
}

ZTEST(config, test_what_is_set_outlives_a_reset)
{
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 5000));
	expect(PULSE_CONFIG_STORED, 5000);
	flash_reboot();
	expect(PULSE_CONFIG_STORED, 5000);
	zassert_ok(pulse_config_reset());
	flash_reboot();
	expect(PULSE_CONFIG_STORED, BOARD_UA);
}

ZTEST(config, test_limits_hold)
{
	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		const struct pulse_config_entry *entry = pulse_config_entry(key);
		int32_t value = pulse_config_get(key);

		zassert_equal(pulse_config_find(entry->name), key);
		zassert_equal(pulse_config_set(key, entry->minimum - 1), -ERANGE);
		zassert_equal(pulse_config_set(key, entry->maximum + 1), -ERANGE);
		zassert_equal(pulse_config_get(key), value);
		zassert_ok(pulse_config_set(key, entry->minimum));
		zassert_ok(pulse_config_set(key, entry->maximum));
		zassert_equal(pulse_config_get(key), entry->maximum);
	}
	zassert_equal(pulse_config_set(PULSE_CONFIG_KEYS, 0), -EINVAL);
	zassert_equal(pulse_config_find("none"), -EINVAL);
	zassert_is_null(pulse_config_entry(PULSE_CONFIG_KEYS));
}

ZTEST(config, test_another_version_is_refused_and_said)
{
	struct pulse_config_record record = sound;
	uint32_t faults = state().faults;

	record.version--;
	store(record, sizeof(record));
	expect(PULSE_CONFIG_FOREIGN, BOARD_UA);
	record.version += 2;
	store(record, sizeof(record) + 4); /* one more value */
	expect(PULSE_CONFIG_FOREIGN, BOARD_UA);
	zassert_equal(state().faults, faults + 2);
	/* The next change makes it ours. */
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 6000));
	flash_reboot();
	expect(PULSE_CONFIG_STORED, 6000);
}

ZTEST(config, test_wrong_lengths_and_values_are_refused)
{
	struct pulse_config_record record = sound;
	uint32_t faults = state().faults;

	store(record, sizeof(record));
	expect(PULSE_CONFIG_STORED, 4000);
	zassert_ok(settings_save_one(PULSE_CONFIG_PATH, "abc", 3));
	flash_reboot();
	expect(PULSE_CONFIG_DAMAGED, BOARD_UA);
	record.values[PULSE_CONFIG_LED_UA] = 60000;
	store(record, sizeof(record));
	expect(PULSE_CONFIG_DAMAGED, BOARD_UA);
	zassert_equal(state().faults, faults + 2);
}

/* Where the record's bytes lie in the flash. */
static size_t find_record(const uint8_t *image)
{
	for (size_t at = 0; at + sizeof(sound) <= FLASH_SIZE; at++) {
		const struct pulse_config_record *record = (const void *)(image + at);
		uint32_t crc = crc32_ieee(image + at, offsetof(struct pulse_config_record, crc));

		if (record->version == PULSE_CONFIG_VERSION && record->size == sizeof(sound) &&
		    record->crc == crc) {
			return at;
		}
	}
	zassert_unreachable("no record in flash");
	return 0;
}

ZTEST(config, test_every_damaged_byte_is_found)
{
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 5000));
	memcpy(after, flash_bytes(), FLASH_SIZE);

	size_t at = find_record(after);

	for (size_t i = 0; i < sizeof(sound); i++) {
		uint32_t faults = state().faults;

		memcpy(torn, after, FLASH_SIZE);
		torn[at + i] ^= 1 << (i % 8);
		flash_reboot_with(torn);
		expect(PULSE_CONFIG_DAMAGED, BOARD_UA);
		zassert_equal(state().faults, faults + 1);
	}
}

ZTEST(config, test_damage_anywhere_never_mixes_values)
{
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 5000));
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 6000));
	memcpy(after, flash_bytes(), FLASH_SIZE);
	for (size_t i = 0; i < FLASH_SIZE; i++) {
		if (after[i] == 0xff) {
			continue;
		}
		memcpy(torn, after, FLASH_SIZE);
		torn[i] ^= 1 << (i % 8);
		flash_reboot_with(torn);

		int32_t led = pulse_config_get(PULSE_CONFIG_LED_UA);
		bool stored = state().origin == PULSE_CONFIG_STORED;

		zassert_true(stored ? led == 6000 || led == 5000 : led == BOARD_UA, "byte %zu: %d",
			     i, led);
	}
}

/* NVS writes values upwards from the start of a sector, then their entries from its end. */
ZTEST(config, test_an_interrupted_write_leaves_the_old_or_the_new)
{
	int outcomes[2] = {0, 0};

	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 5000));
	memcpy(before, flash_bytes(), FLASH_SIZE);
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 6000));
	memcpy(after, flash_bytes(), FLASH_SIZE);
	memcpy(torn, before, FLASH_SIZE);
	for (size_t i = 0; i < FLASH_SIZE; i++) {
		if (before[i] == after[i]) {
			continue;
		}
		static uint8_t image[FLASH_SIZE];

		torn[i] = after[i];
		memcpy(image, torn, FLASH_SIZE); /* mounting may tidy up */
		flash_reboot_with(image);

		int32_t led = pulse_config_get(PULSE_CONFIG_LED_UA);

		zassert_equal(state().origin, PULSE_CONFIG_STORED);
		zassert_true(led == 5000 || led == 6000);
		outcomes[led == 6000]++;
	}
	zassert_true(outcomes[0] > 0 && outcomes[1] > 0);
	/* And what is left can be written to. */
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 7000));
	flash_reboot();
	expect(PULSE_CONFIG_STORED, 7000);
}

ZTEST(config, test_erased_but_not_written_is_a_new_device)
{
	zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 5000));
	memset(flash_bytes(), 0xff, FLASH_SIZE);
	flash_reboot();
	expect(PULSE_CONFIG_DEFAULTS, BOARD_UA);
}

ZTEST(config, test_many_writes_go_round_the_sectors)
{
	for (int n = 0; n < 500; n++) {
		zassert_ok(pulse_config_set(PULSE_CONFIG_LED_UA, 1000 + n));
	}
	flash_reboot();
	expect(PULSE_CONFIG_STORED, 1499);
}
