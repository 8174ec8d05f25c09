/* SPDX-License-Identifier: Apache-2.0 */
/* The command `pulse`; its subcommands are files of their own, and add themselves. */
#include <zephyr/shell/shell.h>

SHELL_SUBCMD_SET_CREATE(pulse_commands, (pulse));
SHELL_CMD_REGISTER(pulse, &pulse_commands, "Heart rate from the wrist", NULL);
