# SPDX-License-Identifier: Apache-2.0
"""A board's debug probe: flash (west, pyOCD), reset and recover (nrfjprog, pyOCD)."""

import re
import shutil
from pathlib import Path

from wristpulse.support.command import TAIL, attempt
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.hardware.boards import Board, HardwareError

TIMEOUT_S = 180
# Unless told not to, pyOCD waits for a missing probe without end and erases a locked chip unasked.
CAREFUL = ("--no-wait", "-Oauto_unlock=false")
# pyOCD's names of targets, where they are not the ones that Zephyr's runner gives it.
TARGETS = {"nrf52840dk": "nrf52840", "nucleo_wb55rg": "stm32wb55rgvx"}
# What west, pyOCD and nrfjprog print, and what it means.
MISSING = re.compile(r"no connected debug probe|no available debug probe|no probe|serial number", re.I)
UNKNOWN_TARGET = re.compile(r"Target type (\S+) not recognized")
LOCKED = re.compile(r"approtect|readback protect|\block(ed|up)?\b|access port", re.I)
NOT_BUILT = re.compile(r"no CMake cache|no hex|Cannot flash", re.I)


def flash(board: Board, build: Path) -> None:
    """Write the image of a Zephyr build folder with `west flash` and start it. HardwareError if it fails."""
    words = ["west", "flash", "--skip-rebuild", "--build-dir", str(Path(build).resolve())]
    options = (f"--tool-opt={option}" for option in CAREFUL)
    # west finds its commands in a workspace.
    workspace = zephyr_workspace.zephyr_base()
    _run(board, [*words, "--runner", "pyocd", "--dev-id", board.probe, *options], cwd=workspace)


def reset(board: Board) -> None:
    """Start the image anew. HardwareError if it fails."""
    _run(board, ["pyocd", "reset", "--uid", board.probe, *_target(board), *CAREFUL])


def recover(board: Board) -> None:
    """Erase a chip with all its settings, which opens its debug port. HardwareError if it fails."""
    if board.board.startswith("nrf") and shutil.which("nrfjprog"):
        _run(board, ["nrfjprog", "--recover", "--snr", board.probe.lstrip("0")])
    else:
        _run(board, ["pyocd", "erase", "--mass", "--uid", board.probe, *_target(board), "--no-wait"])


def _target(board: Board) -> list[str]:
    name = TARGETS.get(board.board)
    return ["--target", name] if name else []


def _run(board: Board, words: list[str], cwd: Path | None = None) -> None:
    done = attempt(words, cwd=cwd, timeout_s=TIMEOUT_S, error=HardwareError)
    if done.status == 0:
        return
    found = f"no end within {TIMEOUT_S} s" if done.status is None else f"status {done.status}"
    what, remedy = " ".join(words[:2]), _remedy(board, done.output)
    raise HardwareError(
        f"{board.name}: {what}: expected success, found {found}; {remedy}\n{done.output[-TAIL:]}".rstrip()
    )


def _remedy(board: Board, output: str) -> str:
    """What mends what a tool complains of. Only a locked chip is worth erasing."""
    if MISSING.search(output):
        return f"probe {board.probe} is not there: check its cable, its udev rule and `pyocd list`"
    if unknown := UNKNOWN_TARGET.search(output):
        return (
            f"pyOCD does not know this chip yet: run `pyocd pack install {unknown[1]}` once, with a network"
        )
    if LOCKED.search(output):
        return f"the chip is locked: run `invoke hardware.recover --board {board.name}`, which erases it"
    if NOT_BUILT.search(output):
        return "there is no image to flash: build it first"
    return "the tool's own words follow"
