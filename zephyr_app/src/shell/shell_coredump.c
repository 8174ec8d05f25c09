/* SPDX-License-Identifier: Apache-2.0 */
/* pulse coredump: print it as Zephyr's scripts/coredump takes it, or erase it. */
#include <zephyr/shell/shell.h>
#include <zephyr/sys/util.h>

#include "health/coredump.h"

#define LINE 32 /* bytes */

static int print_dump(const struct shell *shell, size_t count, char **words)
{
	uint8_t bytes[LINE];
	char hex[2 * LINE + 1];
	ssize_t length;

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	if (pulse_coredump_size() == 0) {
		shell_print(shell, "coredump: none");
		return 0;
	}
	shell_print(shell, "#CD:BEGIN#");
	for (size_t at = 0; (length = pulse_coredump_read(at, bytes, LINE)) > 0; at += length) {
		(void)bin2hex(bytes, length, hex, sizeof(hex));
		shell_print(shell, "#CD:%s", hex);
	}
	shell_print(shell, "#CD:END#");
	return length;
}

static int erase_dump(const struct shell *shell, size_t count, char **words)
{
	int ret = pulse_coredump_erase();

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	if (ret != 0) {
		shell_error(shell, "coredump: not erased: %d", ret);
	}
	return ret;
}

SHELL_STATIC_SUBCMD_SET_CREATE(commands, SHELL_CMD_ARG(print, NULL, "In hex", print_dump, 1, 0),
			       SHELL_CMD_ARG(erase, NULL, "For good", erase_dump, 1, 0),
			       SHELL_SUBCMD_SET_END);
SHELL_SUBCMD_ADD((pulse), coredump, &commands, "Registers and stack of the last crash", print_dump,
		 1, 0);
