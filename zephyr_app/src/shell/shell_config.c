/* SPDX-License-Identifier: Apache-2.0 */
/* pulse config: show, set NAME VALUE, reset. */
#include <errno.h>
#include <stdlib.h>
#include <zephyr/shell/shell.h>

#include "settings/config.h"

static int show(const struct shell *shell, size_t count, char **words)
{
	struct pulse_config_state state;

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	pulse_config_state(&state);
	for (int key = 0; key < PULSE_CONFIG_KEYS; key++) {
		const struct pulse_config_entry *entry = pulse_config_entry(key);

		shell_print(shell, "%s %d (%d to %d, default %d)", entry->name,
			    pulse_config_get(key), entry->minimum, entry->maximum, entry->initial);
	}
	shell_print(shell, "origin: %s; refused since boot: %u; last store: %d",
		    pulse_config_origin_name(state.origin), state.faults, state.error);
	return 0;
}

static int set_value(const struct shell *shell, size_t count, char **words)
{
	int key = pulse_config_find(words[1]);
	int error = 0;
	long value = shell_strtol(words[2], 10, &error);

	ARG_UNUSED(count);
	if (key < 0) {
		shell_error(shell, "%s: expected a name that `pulse config show` lists", words[1]);
		return key;
	}
	int ret = error != 0 || value != (int32_t)value ? -ERANGE : pulse_config_set(key, value);

	if (ret == -ERANGE) {
		const struct pulse_config_entry *entry = pulse_config_entry(key);

		shell_error(shell, "%s: expected %d to %d, found %s", entry->name, entry->minimum,
			    entry->maximum, words[2]);
	} else if (ret != 0) {
		shell_error(shell, "%s: not stored: %d", words[1], ret);
	}
	return ret;
}

static int reset_all(const struct shell *shell, size_t count, char **words)
{
	int ret = pulse_config_reset();

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	if (ret != 0) {
		shell_error(shell, "not stored: %d", ret);
	}
	return ret;
}

SHELL_STATIC_SUBCMD_SET_CREATE(commands, SHELL_CMD_ARG(show, NULL, "Values and limits", show, 1, 0),
			       SHELL_CMD_ARG(set, NULL, "NAME VALUE", set_value, 3, 0),
			       SHELL_CMD_ARG(reset, NULL, "All defaults", reset_all, 1, 0),
			       SHELL_SUBCMD_SET_END);
SHELL_SUBCMD_ADD((pulse), config, &commands, "Settings", show, 1, 0);
