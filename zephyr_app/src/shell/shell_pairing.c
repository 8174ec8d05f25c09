/* SPDX-License-Identifier: Apache-2.0 */
#include <zephyr/shell/shell.h>

#include "ble/bluetooth_pairing.h"

static int open_pairing(const struct shell *shell, size_t count, char **words)
{
	ARG_UNUSED(count);
	ARG_UNUSED(words);
	pulse_pairing_open();
	shell_print(shell, "pairing open for %d s", CONFIG_PULSE_PAIRING_S);
	return 0;
}

static int forget(const struct shell *shell, size_t count, char **words)
{
	int ret = pulse_pairing_forget();

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	if (ret != 0) {
		shell_error(shell, "bonds: not forgotten: %d", ret);
	}
	return ret;
}

SHELL_STATIC_SUBCMD_SET_CREATE(
	commands, SHELL_CMD_ARG(open, NULL, "Accept a new phone for a while", open_pairing, 1, 0),
	SHELL_CMD_ARG(forget, NULL, "Forget all phones", forget, 1, 0), SHELL_SUBCMD_SET_END);
SHELL_SUBCMD_ADD((pulse), pair, &commands, "Bluetooth pairing", NULL, 2, 0);
