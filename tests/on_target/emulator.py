# SPDX-License-Identifier: Apache-2.0
"""pytest-embedded's QEMU service, fitted to a Cortex-M machine that ends by semihosting."""

import re
import time
from pathlib import Path

import pexpect
from pytest_embedded.dut import Dut
from pytest_embedded.log import DuplicateStdoutPopen
from pytest_embedded_qemu.qemu import Qemu

from wristpulse_tools.firmware import qemu

POLL_S = 0.2
DELIVERY_S = 30.0  # at most, from the log file through pytest-embedded's processes, on a busy machine


class EmulatorEnded(AssertionError):
    """The emulator ended without saying what was expected of it."""


class CortexQemu(Qemu):
    """Boots with -kernel, where pytest-embedded's own class attaches a flash drive that Cortex-M refuses."""

    def __init__(self, image: Path, argument: str | Path | None = None, *, machine: dict, **kwargs) -> None:
        self.image_path = image
        DuplicateStdoutPopen.__init__(self, cmd=qemu.command(image, argument, **machine), **kwargs)


class NativeSim(DuplicateStdoutPopen):
    """Zephyr's image for this machine: a program, in simulated time."""

    SOURCE = "NATIVE_SIM"

    def __init__(
        self, image: Path, argument: Path | None, *, options: tuple[str, ...] = (), **kwargs
    ) -> None:
        self.image_path = image
        arguments = [*options, *([] if argument is None else [f"--replay={argument}"])]
        # Emulated flash is a file of the working directory.
        super().__init__(cmd=[str(image), *arguments], cwd=Path(image).parent, **kwargs)


class Firmware:
    """A booted image: what it says, and how it ends."""

    def __init__(self, emulator: CortexQemu | NativeSim, dut: Dut) -> None:
        self.emulator, self.dut = emulator, dut

    def expect(self, pattern: bytes, timeout: float = 60) -> bytes:
        """All that was said up to and with `pattern`.

        EmulatorEnded, with its output, as soon as the emulator is gone; pexpect.TIMEOUT after `timeout` s.
        """
        said = self.dut.pexpect_proc
        deadline = time.monotonic() + timeout
        while True:
            ended = self.emulator.poll() is not None
            try:
                said.expect(pattern, timeout=POLL_S)
                return said.before + said.after
            except pexpect.TIMEOUT:
                if ended:
                    break
                if time.monotonic() > deadline:
                    raise
        # All it ever said is in the log file by now; what is expected may still be on its way from there.
        log = Path(self.emulator._logfile).read_bytes()
        if re.search(pattern, log):
            said.expect(pattern, timeout=DELIVERY_S)
            return said.before + said.after
        raise EmulatorEnded(
            f"{self.emulator.image_path}: expected {pattern!r}, found the emulator ended with status "
            f"{self.emulator.poll()} after:\n{log.decode(errors='replace')}"
        )

    def run(self, timeout: float = 120) -> tuple[int, list[str]]:
        """Exit status, and all lines up to the closing END or ERROR."""
        said = self.expect(rb"(?m)^(END|ERROR) [^\n]*\n", timeout)
        return self.emulator.wait(10), said.decode().replace("\r", "").splitlines()

    def close(self) -> None:
        self.emulator.terminate()
        self.emulator.wait(10)
