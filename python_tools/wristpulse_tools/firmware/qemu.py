# SPDX-License-Identifier: Apache-2.0
"""Run an image on QEMU's Cortex-M4F (mps2-an386), deterministic, one instruction being 64 ns of virtual time.

Exact to the instruction: `-icount shift=6` and the board's 25 MHz counter give 1.6 ticks an instruction.
The image talks by semihosting: its argument, files of the host, the console and its exit status.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wristpulse.support.command import require
from wristpulse.support.errors import UserError

QEMU = "qemu-system-arm"
MACHINE = "mps2-an386"


class QemuError(UserError):
    """QEMU is missing, or the image did not end in time; the message says which and how far it came."""


@dataclass(frozen=True)
class Exit:
    """How an image ended: its exit status (below 0: the signal that ended QEMU) and all that it printed."""

    status: int
    output: str


def command(
    image: Path,
    argument: str | Path | None = None,
    machine: str = MACHINE,
    *,
    shift: int = 6,
    serial: str = "none",
    second_serial: str | None = None,
    real_time: bool = False,
) -> list[str]:
    """QEMU's command line for an image that takes one argument by semihosting.

    An instruction takes 2^shift ns of virtual time; idle time is skipped, unless virtual time is to keep to
    the host's (real_time). serial, second_serial: where the UARTs go, as for QEMU's -serial.
    """
    # The first word is the program's name, as for main(); in QEMU's options a comma is written twice.
    words = ["pulse"] if argument is None else ["pulse", str(argument)]
    arguments = "".join(f",arg={word.replace(',', ',,')}" for word in words)
    devices = ["-display", "none", "-monitor", "none", "-serial", serial]
    if second_serial is not None:
        devices += ["-serial", second_serial]
    semihosting = ["-semihosting-config", f"enable=on,target=native{arguments}"]
    icount = ["-icount", f"shift={shift},align=off,sleep={'on' if real_time else 'off'}"]
    return [QEMU, "-M", machine, *icount, *devices, *semihosting, "-kernel", str(image)]


def run(
    image: Path,
    argument: str | Path | None = None,
    *,
    timeout_s: float = 600.0,
    on_line: Callable[[str], None] = lambda line: None,
    **machine: Any,
) -> Exit:
    """Run an image to its end; `on_line` gets each line as it is printed, without its line end.

    machine: further arguments of `command`.

    QemuError if there is no QEMU or no such image, or if it runs for longer than `timeout_s` (host seconds).
    An exit status other than 0 is the caller's to judge.
    """
    require(QEMU, error=QemuError)
    if not Path(image).is_file():
        raise QemuError(image, "", "an ELF image", "no such file")
    lines: list[str] = []
    process = subprocess.Popen(
        command(image, argument, **machine),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout_s, give_up)
    timer.start()
    try:
        with process:  # its end closes the pipe and is noticed at once
            for line in process.stdout or ():
                lines.append(line)
                on_line(line.rstrip("\r\n"))
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
    if late.is_set():
        last = lines[-1].strip() if lines else "nothing"
        raise QemuError(image, "", f"its end within {timeout_s:g} s", f"it running after: {last}")
    return Exit(process.returncode, "".join(lines))
