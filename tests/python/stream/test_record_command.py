# SPDX-License-Identifier: Apache-2.0
"""`invoke record` as a process on a pseudo terminal: signals, a lost port, options."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
import tty
from pathlib import Path

import pytest
from test_record import frames

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import load_recording, simulate

SOURCES = "--port PORT, --target qemu or --stream FILE, found more than one"
SENT = b"".join(frames(to_counts(simulate(1, 40))))


class Device:
    """A pseudo terminal whose other end sends text until somebody records it in `raw`, then the stream."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.port = os.ttyname(self.slave)
        self._done = threading.Event()
        self._talker = threading.Thread(target=self._talk)
        self._talker.start()

    def _talk(self) -> None:
        at = 0
        while at < len(SENT) and not self._done.is_set():
            heard = self.raw.exists() and self.raw.stat().st_size > 0
            try:
                sent = os.write(self.master, SENT[at : at + 1024] if heard else b"booting\n")
                at += sent if heard else 0
            except BlockingIOError:
                pass
            time.sleep(0.005 if heard else 0.1)

    def wait(self) -> None:
        """Until everything that was sent is on disk."""
        wait_for(lambda: self.raw.exists() and self.raw.read_bytes().endswith(SENT[-100:]))

    def close(self) -> None:
        self._done.set()
        self._talker.join()
        for end in (self.master, self.slave):
            try:
                os.close(end)
            except OSError:
                pass


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path / "anna.stream")
    yield device
    device.close()


def record(device: Device, *words: object) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "wristpulse_tools.tasks",
        "record",
        "--port",
        device.port,
        *map(str, words),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_keeps_every_sample(device, tmp_path, number):
    out, raw = tmp_path / "anna.npz", tmp_path / "anna.stream"
    process = record(device, "--out", out)
    device.wait()
    process.send_signal(number)
    said, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, ""), said
    assert load_recording(out).seconds == 40 and not raw.exists()


def test_a_port_that_goes_away_keeps_every_sample_and_says_so(device, tmp_path):
    out = tmp_path / "anna.npz"
    process = record(device, "--out", out)
    device.wait()
    device.close()
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 1
    assert complaint.startswith(f"error: {device.port}: expected a serial port that stays, found ")
    assert load_recording(out).seconds == 40


def test_a_killed_recording_is_made_from_its_raw_stream(device, tmp_path):
    raw = tmp_path / "anna.stream"
    process = record(device, "--out", tmp_path / "anna.npz")
    device.wait()
    process.kill()
    process.communicate()
    words = ["record", "--stream", str(raw), "--out", str(tmp_path / "anna.npz")]
    done = subprocess.run(
        [sys.executable, "-m", "wristpulse_tools.tasks", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert load_recording(tmp_path / "anna.npz").seconds == 40


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--target", "moon"), f"error: --port, --target, --stream: expected {SOURCES}\n"),
        ((), "error: --out: expected a new name, found {out}; choose another, or remove it\n"),
    ],
)
def test_what_cannot_be_recorded_is_one_line(device, tmp_path, words, complaint):
    out = tmp_path / "anna.npz"
    out.write_bytes(b"before")
    process = record(device, "--out", out if not words else tmp_path / "new.npz", *words)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and said == complaint.format(out=out)
    assert out.read_bytes() == b"before"
