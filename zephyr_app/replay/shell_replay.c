/* SPDX-License-Identifier: Apache-2.0 */
/* pulse replay: status, start with a file of the host, or crash. */
#include <zephyr/shell/shell.h>

#include "replay.h"

static int status(const struct shell *shell, size_t count, char **words)
{
	static const char *const names[] = {
		[PULSE_REPLAY_IDLE] = "none so far",
		[PULSE_REPLAY_RUNNING] = "running",
		[PULSE_REPLAY_ENDED] = "ended",
		[PULSE_REPLAY_FAILED] = "failed",
	};

	ARG_UNUSED(count);
	ARG_UNUSED(words);
	shell_print(shell, "replay: %s", names[pulse_replay_phase()]);
	return 0;
}

static int start(const struct shell *shell, size_t count, char **words)
{
	int ret = pulse_replay_start(words[1]);

	ARG_UNUSED(count);
	if (ret != 0) {
		shell_error(shell, "%s: %s", words[1],
			    ret == -EBUSY ? "a replay is running" : "too long a name");
	}
	return ret;
}

/* What the crash record and the coredump are tried with. */
static int crash(const struct shell *shell, size_t count, char **words)
{
	ARG_UNUSED(shell);
	ARG_UNUSED(count);
	ARG_UNUSED(words);
	__builtin_trap();
	return 0;
}

SHELL_STATIC_SUBCMD_SET_CREATE(commands, SHELL_CMD_ARG(status, NULL, "How far it is", status, 1, 0),
			       SHELL_CMD_ARG(start, NULL, "FILE of the host", start, 2, 0),
			       SHELL_CMD_ARG(crash, NULL, "The shell's thread, at once", crash, 1,
					     0),
			       SHELL_SUBCMD_SET_END);
SHELL_SUBCMD_ADD((pulse), replay, &commands, "A recording instead of a wrist", status, 1, 0);
