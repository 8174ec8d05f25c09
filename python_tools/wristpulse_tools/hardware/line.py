# SPDX-License-Identifier: Apache-2.0
"""A board's serial line: the host's end of zephyr_app/replay/host_serial.c."""

import re
import struct
import time
from collections.abc import Callable
from pathlib import Path

import serial

from wristpulse_tools.firmware.qemu import Exit
from wristpulse_tools.hardware.boards import Board, HardwareError

BAUD = 115200
ASKED = re.compile(rb"READ (\d+) (\d+)\r?\n")
SILENCE_S = 20.0  # longer than any hop takes
_COUNT = struct.Struct("<H")


def answer(data: bytes, offset: int, size: int) -> bytes:
    """What the image gets for `READ offset size`: a count, and so many bytes; none at the file's end."""
    part = data[offset : offset + size]
    return _COUNT.pack(len(part)) + part


def open_port(board: Board) -> serial.Serial:
    """The board's console. HardwareError if it cannot be opened."""
    try:
        port = serial.Serial(board.serial, BAUD, timeout=1, exclusive=True)
    except serial.SerialException as error:
        raise HardwareError(board.name, "serial", "a free port", error) from None
    port.reset_input_buffer()  # what an earlier image said
    return port


def run(board: Board, file: Path, on_line: Callable[[str], None], start: Callable[[], None]) -> Exit:
    """Open the line, `start` the image, feed it `file`, and hand on its lines up to END or ERROR.

    HardwareError if the board says nothing for SILENCE_S.
    """
    data = file.read_bytes()
    lines: list[str] = []
    with open_port(board) as port:
        start()
        heard, pending = time.monotonic(), b""
        while True:
            pending += port.readline()
            if not pending.endswith(b"\n"):
                if time.monotonic() - heard > SILENCE_S:
                    last = lines[-1] if lines else "nothing"
                    found = f"{SILENCE_S:g} s of silence after: {last}"
                    raise HardwareError(board.name, "serial", "a line", found)
                continue
            heard, raw, pending = time.monotonic(), pending, b""
            asked = ASKED.search(raw)
            if asked:
                port.write(answer(data, int(asked[1]), int(asked[2])))
                continue
            lines.append(raw.decode(errors="replace").strip())
            on_line(lines[-1])
            if lines[-1].startswith(("END ", "ERROR ")):
                return Exit(int(lines[-1].startswith("ERROR ")), "\n".join(lines))
