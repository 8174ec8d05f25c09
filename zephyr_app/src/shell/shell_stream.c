/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <zephyr/shell/shell.h>

#include "stream/stream.h"

static int enable(const struct shell *shell, size_t count, char **words)
{
	ARG_UNUSED(count);
	if (strcmp(words[1], "on") != 0 && strcmp(words[1], "off") != 0) {
		shell_error(shell, "stream: expected on or off, found %s", words[1]);
		return -EINVAL;
	}
	pulse_stream_enable(strcmp(words[1], "on") == 0);
	return 0;
}

SHELL_SUBCMD_ADD((pulse), stream, NULL, "on | off: raw samples over the stream's port", enable, 2,
		 0);
