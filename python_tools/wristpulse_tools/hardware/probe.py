# SPDX-License-Identifier: Apache-2.0
"""A board's debug probe: flash (west, pyOCD), reset and recover (nrfjprog, pyOCD)."""

import re
import shutil
from pathlib import Path

from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.hardware.boards import Board, HardwareError
from wristpulse_tools.support.command import attempt

TIMEOUT_S = 180
# What pyOCD and nrfjprog say of a chip whose debug port is closed, and of a probe that is not there.
LOCKED = re.compile(r"lock|approtect|protect|access port|mass erase", re.I)
MISSING = re.compile(
    r"no (connected|available) debug probe|unable to open|not found|no probe|serial number", re.I
)


def flash(board: Board, build: Path) -> None:
    """Write the image of a Zephyr build folder with `west flash` and start it. HardwareError if it fails."""
    command = ["west", "flash", "--skip-rebuild", "--build-dir", str(Path(build).resolve())]
    # west finds its commands in a workspace.
    workspace = zephyr_workspace.zephyr_base()
    _run(board, [*command, "--runner", "pyocd", "--dev-id", board.probe], cwd=workspace)


def reset(board: Board) -> None:
    """Start the image anew. HardwareError if it fails."""
    _run(board, ["pyocd", "reset", "--uid", board.probe])


def recover(board: Board) -> None:
    """Erase a chip with all its settings, which opens its debug port. HardwareError if it fails."""
    if board.board.startswith("nrf") and shutil.which("nrfjprog"):
        _run(board, ["nrfjprog", "--recover", "--snr", board.probe.lstrip("0")])
    else:
        target = {"nrf52840dk": "nrf52840", "nucleo_wb55rg": "stm32wb55rgvx"}.get(board.board)
        named = ["--target", target] if target else []
        _run(board, ["pyocd", "erase", "--mass", "--uid", board.probe, *named])


def _run(board: Board, words: list[str], cwd: Path | None = None) -> None:
    done = attempt(words, cwd=cwd, timeout_s=TIMEOUT_S, error=HardwareError)
    if done.status is None:
        raise HardwareError(_complaint(board, words, f"no end within {TIMEOUT_S} s", done.output))
    if done.status:
        raise HardwareError(_complaint(board, words, f"status {done.status}", done.output))


def _complaint(board: Board, command: list[str], found: str, said: str) -> str:
    what = " ".join(command[:2])
    if MISSING.search(said):
        kind = f"probe {board.probe} is not there: check its cable and `pyocd list`, then "
    elif LOCKED.search(said):
        kind = "the chip is locked: "
    else:
        kind = ""
    remedy = f"{kind}run `invoke hardware.recover --board {board.name}` (erases the chip)"
    return f"{board.name}: {what}: expected success, found {found}; {remedy}\n{said[-1000:]}".rstrip()
