# SPDX-License-Identifier: Apache-2.0
"""Real boards, as boards/hardware.toml describes them."""

from wristpulse_tools.tasks.common import command, say


@command(board="name in boards/hardware.toml")
def recover(_context, board: str):
    """Open a locked chip by erasing all of it, settings included."""
    from wristpulse_tools.hardware import boards, probe

    probe.recover(boards.load_board(board))
    say(f"{board}: recovered; its flash is empty")
