# SPDX-License-Identifier: Apache-2.0
"""Charge that a board takes, by Nordic's Power Profiler Kit II, or an estimate of it where there is none."""

import time
from dataclasses import dataclass

import serial
from ppk2_api.ppk2_api import PPK2_API

from wristpulse_tools.bench.estimate import CHIPS, estimates
from wristpulse_tools.hardware.boards import Board, HardwareError

ESTIMATED = "estimate: instructions counted on QEMU, the data sheet's current of the running core"
READ_S = 0.01  # the kit sends 100,000 samples a second
HOP_S = 2.0


@dataclass(frozen=True)
class HopCharge:
    """Charge of one hop, uC, lowest and highest; where the figures come from."""

    chip: str
    microcoulombs_per_hop: tuple[float, float]
    source: str


def measure(board: Board, seconds: float, millivolts: int = 3000) -> HopCharge:
    """Mean current through the kit's ampere meter over `seconds`, as charge of one hop of 2 s.

    millivolts: the board's own supply. HardwareError if there is no kit, or it sends nothing.
    """
    where = f"{board.name}: power_profiler"
    if board.power_profiler is None:
        raise HardwareError(where, "", "the port of a Power Profiler Kit II", "none")
    try:
        kit = PPK2_API(board.power_profiler, timeout=1, write_timeout=1, exclusive=True)
    except serial.SerialException as error:
        raise HardwareError(where, "", "a free port", error) from None
    if not kit.get_modifiers():
        raise HardwareError(where, "", "the kit's calibration", "no answer")
    kit.use_ampere_meter()
    kit.set_source_voltage(millivolts)
    total, samples = 0.0, 0
    kit.start_measuring()
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(READ_S)
            sent = kit.get_data()
            if sent:
                microamperes, _ = kit.get_samples(sent)
                total, samples = total + sum(microamperes), samples + len(microamperes)
    finally:
        kit.stop_measuring()
    if not samples:
        raise HardwareError(where, "", "samples", f"none in {seconds:g} s")
    charge = total / samples * HOP_S
    return HopCharge(board.board, (charge, charge), f"measured: Power Profiler Kit II, {samples} samples")


def estimate(instructions: int) -> list[HopCharge]:
    """What so many instructions a hop would take on each chip: the running core alone, no idle, no LED."""
    clocks = {chip.name: chip for chip in CHIPS}
    charges = []
    for found in estimates(instructions):
        (low, high), current = found.milliseconds, clocks[found.chip].milliamperes
        charges.append(HopCharge(found.chip, (low * current, high * current), ESTIMATED))
    return charges
