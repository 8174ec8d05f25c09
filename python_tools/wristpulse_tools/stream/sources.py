# SPDX-License-Identifier: Apache-2.0
"""Where a raw data stream comes from: a board's serial port, or the Zephyr image on QEMU.

A source is an iterator of bytes as they come; empty ones when nothing came for a tenth of a second.
"""

import subprocess
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import load_recording
from wristpulse.student.card import SHIPPED, load_student
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware import qemu, zephyr_workspace
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.stream.journal import read
from wristpulse_tools.support.locks import locked

BAUD = 115_200
WAIT_S = 0.1

Stream = Generator[bytes, None, None]  # closed by who opened it


class SourceError(UserError):
    """A source that ended badly; the message has the last line that it printed."""


def serial_port(port: str, baud: int = BAUD) -> Stream:
    """Read what comes from a serial port, without end.

    Parameters
    ----------
    port : str
    baud : int

    Yields
    ------
    bytes
        Also empty, while nothing comes.

    Raises
    ------
    SourceError
        The port cannot be opened, or goes away.
    """
    import serial

    try:
        with serial.Serial(port, baud, timeout=WAIT_S) as line:
            while True:
                yield line.read(max(line.in_waiting, 1))
    except OSError as error:  # SerialException is one
        raise SourceError(port, "", "a serial port that stays", error) from None


def emulated(
    record: Path,
    student: Path,
    folder: Path,
    real_time: bool = False,
    say: Callable[[str], None] = print,
) -> Stream:
    """The stream of the Zephyr image on QEMU that replays a recording in the repository's format, to its end.

    student: folder of student.tflite; folder: for builds and files; say: gets a line before the build, which
    may take a minute. What reading and building raise.
    """
    with locked(folder):
        write_replay(folder / "replay.pulse", to_counts(load_recording(record)))
        embed(load_student(student), folder / "c")
        say(f"building the Zephyr image with pulse-stream for QEMU in {folder} (a minute the first time)")
        image = zephyr_workspace.build(
            "mps2_an386",
            folder / "mps2_an386",
            *(f"-DPULSE_MODEL_DIR={(folder / 'c').resolve()}", "-DSNIPPET=pulse-stream"),
        )
        yield from run_emulated(image, folder / "replay.pulse", folder, real_time)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Which stream a user names, by the options of the same names."""

    port: str | None = None
    baud: int = BAUD
    target: str | None = None
    record: Path | None = None
    student: Path = SHIPPED
    stream: Path | None = None

    def open(self, folder: Path, real_time: bool) -> Stream:
        """Open the stream that the user named.

        Parameters
        ----------
        folder : Path
            For builds and files.
        real_time : bool
            An emulated device keeps to the host's time.

        Returns
        -------
        Stream

        Raises
        ------
        SourceError
            None or more than one is named.
        """
        named = [self.port is not None, self.target is not None, self.stream is not None]
        if named.count(True) != 1 or self.target not in (None, "qemu"):
            several = "--port, --target, --stream"
            found = "more than one" if named.count(True) > 1 else self.target or "none"
            raise SourceError(several, "", "--port PORT, --target qemu or --stream FILE", found)
        if self.port is not None:
            return serial_port(self.port, self.baud)
        if self.stream is not None:
            return read(self.stream)
        if self.record is None:
            raise SourceError("--record", "", "a recording for QEMU to replay (docs/data.md)", "none")
        return emulated(self.record, self.student, folder, real_time)


def run_emulated(image: Path, replay: Path, folder: Path, real_time: bool = False) -> Stream:
    """The stream of an image as QEMU writes it to a file. SourceError if it ends badly."""
    console, stream = folder / "console.log", folder / "stream.bin"
    stream.write_bytes(b"")
    machine: dict[str, Any] = {**zephyr_workspace.MACHINE, "serial": f"file:{console}"}
    command = qemu.command(image, replay, **machine, second_serial=f"file:{stream}", real_time=real_time)
    # Its own session: Ctrl-C is ours to handle.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        with stream.open("rb") as file:
            ended = False
            while not ended:
                ended = process.poll() is not None  # before the read: what it wrote last is there
                data = file.read()
                if not data and not ended:
                    time.sleep(WAIT_S)
                yield data
    finally:
        process.terminate()
        process.wait()
    last = (console.read_text(errors="replace").splitlines() or ["nothing"])[-1]
    if process.returncode or not last.startswith("END "):
        found = f"status {process.returncode} and: {last}"
        raise SourceError(image, "", "a last line END and status 0", found)
