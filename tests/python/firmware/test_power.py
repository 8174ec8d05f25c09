# SPDX-License-Identifier: Apache-2.0
"""The power profiler against a pty that talks as the kit does."""

import os
import pty
import select
import struct
import threading
import tty

import pytest

from wristpulse_tools.bench.estimate import CHIPS
from wristpulse_tools.hardware.boards import Board, HardwareError
from wristpulse_tools.hardware.power import estimate, measure

# Range 3 with a shunt of 1 ohm and no corrections: one count of its 14 bits is 4 * 1.8 / 163840 A.
METADATA = "Calibrated: 1\n" + "".join(f"R{i}: 1.0\nGS{i}: 0\nGI{i}: 1\n" for i in range(5)) + "HW: 9\nEND\n"
COUNTS = 100
MICROAMPERES = COUNTS * 4 * 1.8 / 163840 * 1e6
GET_METADATA, START, STOP, AMPERE_METER = b"\x19", b"\x06", b"\x07", b"\x11\x01"


class Kit:
    """The other end of the serial port: answers, and sends samples between start and stop."""

    def __init__(self, sends: bool = True, knows: bool = True) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.sends, self.knows, self.told = sends, knows, b""
        self.stop, self.unplugged = threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=self.listen, daemon=True)]
        self.threads[0].start()

    def listen(self) -> None:
        while not self.unplugged.is_set():
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            told = os.read(self.master, 64)
            self.told += told
            if GET_METADATA in told and self.knows:
                os.write(self.master, METADATA.encode())
            if START in told and self.sends:
                self.threads.append(threading.Thread(target=self.send, daemon=True))
                self.threads[-1].start()
            if STOP in told:
                self.stop.set()

    def send(self) -> None:
        while not self.stop.wait(0.01):
            os.write(self.master, struct.pack("<I", 3 << 14 | COUNTS) * 200)

    @property
    def board(self) -> Board:
        return Board("desk", "nrf52840dk", "1", "/dev/null", os.ttyname(self.slave))

    def close(self) -> None:
        """Threads end first: the next kit's pty may get the same descriptors."""
        self.unplugged.set()
        self.threads[0].join()
        self.stop.set()
        for thread in self.threads[1:]:
            thread.join()
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture
def plugged_in():
    kits = []

    def plug_in(**what) -> Kit:
        kits.append(Kit(**what))
        return kits[-1]

    yield plug_in
    for kit in kits:
        kit.close()


def test_charge_is_the_mean_current_over_a_hop(plugged_in) -> None:
    kit = plugged_in()
    charge = measure(kit.board, 0.3)
    assert charge.microcoulombs_per_hop == pytest.approx([2 * MICROAMPERES] * 2, rel=1e-6)
    assert charge.source.startswith("measured: Power Profiler Kit II")
    assert AMPERE_METER in kit.told


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({"knows": False}, "expected the kit's calibration"),
        ({"sends": False}, "expected samples, found none"),
    ],
)
def test_a_silent_kit_is_one_clear_error(plugged_in, what, expected) -> None:
    with pytest.raises(HardwareError, match=f"desk: power_profiler: {expected}"):
        measure(plugged_in(**what).board, 0.1)


def test_without_a_kit_the_board_says_so() -> None:
    for port, expected in ((None, "found none"), ("/dev/none", "expected a free port")):
        with pytest.raises(HardwareError, match=f"desk: power_profiler: .*{expected}"):
            measure(Board("desk", "nrf52840dk", "1", "/dev/null", port), 0.1)


def test_an_estimate_is_marked_as_one() -> None:
    first = estimate(1_000_000)[0]
    chip = CHIPS[0]
    assert first.chip == chip.name and first.source.startswith("estimate:")
    low, high = first.microcoulombs_per_hop
    assert low == pytest.approx(1.4 * 1e6 / 64e6 * chip.milliamperes * 1e3)
    assert high == pytest.approx(1.7 / 1.4 * low)
