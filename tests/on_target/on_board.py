# SPDX-License-Identifier: Apache-2.0
"""A real board in an emulator's place: pytest-embedded's serial service, the recording over the same line."""

import re
from collections.abc import Callable
from pathlib import Path

from pytest_embedded.dut import Dut
from pytest_embedded_serial.serial import Serial

from emulator import Firmware
from wristpulse_tools.hardware.boards import Board
from wristpulse_tools.hardware.line import ASKED, BAUD, answer, open_port

CLOSING = rb"(?:END|ERROR) [^\n]*\n"


class BoardFirmware(Firmware):
    """A flashed image: what it says, and what it is told."""

    def __init__(
        self, board: Board, dut: Dut, argument: Path | None, start: Callable[[], None], **service
    ) -> None:
        self.dut, self.data = dut, argument.read_bytes() if argument else b""
        self.serial = Serial(port=open_port(board), baud=BAUD, **service)
        try:
            start()
        except BaseException:
            self.close()
            raise

    def expect(self, pattern: bytes, timeout: float = 60) -> bytes:
        self.dut.pexpect_proc.expect(pattern, timeout=timeout)
        return self.dut.pexpect_proc.before + self.dut.pexpect_proc.after

    def run(self, timeout: float = 120) -> tuple[int, list[str]]:
        """0 for a closing END, 1 for ERROR, and all lines up to it; `timeout` s without a word end it."""
        said = b""
        while True:
            said += self.expect(rb"(?m)^(?:" + CLOSING + rb"|" + ASKED.pattern + rb")", timeout)
            asked = re.search(ASKED.pattern + rb"$", said)
            if not asked:
                break
            self.serial.proc.write(answer(self.data, int(asked[1]), int(asked[2])))
            said = said[: asked.start()]
        lines = said.decode(errors="replace").replace("\r", "").splitlines()
        return int(lines[-1].startswith("ERROR ")), lines

    def close(self) -> None:
        self.serial.close()
