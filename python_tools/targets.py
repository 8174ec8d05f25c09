# SPDX-License-Identifier: Apache-2.0
"""Where firmware can run a replay: each target builds the C of a student and gives a program to run."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from python_tools import qemu
from python_tools.firmware import build_bare
from python_tools.replay import Program


def bare(model: Path, folder: Path) -> Program:
    """QEMU's Cortex-M4F without an RTOS."""
    image = build_bare(model, folder / "bare")
    return lambda file, on_line: qemu.run(image, file, on_line=on_line)


def host(model: Path, folder: Path) -> Program:
    """This machine."""
    program = build_bare(model, folder / "host", "-DPULSE_HOST=ON")

    def run(file: Path, on_line: Callable[[str], None]) -> qemu.Run:
        done = subprocess.run([program, file], capture_output=True, text=True)
        for line in done.stdout.splitlines():
            on_line(line)
        return qemu.Run(done.returncode, done.stdout + done.stderr)

    return run


# Name -> (folder of the C files, folder for the build) -> program. BuildError if it cannot be built.
TARGETS: dict[str, Callable[[Path, Path], Program]] = {"bare": bare, "host": host}
