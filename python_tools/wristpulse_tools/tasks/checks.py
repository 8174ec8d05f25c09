# SPDX-License-Identifier: Apache-2.0
"""Tests, lint and format."""

import sys

from wristpulse_tools.firmware.places import ROOT
from wristpulse_tools.tasks.common import command


@command(
    slow="also the tests marked slow",
    select="only tests that match this pytest expression (pytest's own -k)",
    markers="only tests that match this pytest marker expression (pytest's own -m)",
    board="only the tests for real boards, on this one of boards/hardware.toml",
    junit="also write the results, with what was measured, to this file",
)
def test(_context, slow=False, select="", markers="", board="", junit=""):
    """Run every test that this machine can run; the skipped ones are listed with their reasons."""
    from wristpulse_tools.support.repository import pytest_words, run_all

    sys.exit(not run_all([pytest_words(slow, select, markers, board, junit)], ROOT))


@command()
def workspace(_context):
    """Make or update the Zephyr workspace around this folder, as west.yml pins it."""
    from wristpulse_tools.firmware.zephyr_workspace import update_commands
    from wristpulse_tools.support.repository import run_all

    sys.exit(not run_all(update_commands(), ROOT))


@command()
def accept(_context):
    """Make what the firmware gives and costs now the expectation; `git diff` shows the change."""
    from wristpulse_tools.support.repository import pytest_words, run_all

    files = ("tests/on_target/replay/test_cases.py", "tests/on_target/time_and_power/test_timing.py")
    sys.exit(not run_all([[*pytest_words(), "-n", "0", *files, "--accept"]], ROOT))


@command()
def lint(_context):
    """Check Python (ruff, mypy, import-linter) and C (clang-format) without changing them."""
    from wristpulse_tools.support.repository import lint_commands, run_all

    sys.exit(not run_all(lint_commands(ROOT), ROOT))


@command()
def format(_context):
    """Bring Python and C into their form."""
    from wristpulse_tools.support.repository import format_commands, run_all

    sys.exit(not run_all(format_commands(ROOT), ROOT))
