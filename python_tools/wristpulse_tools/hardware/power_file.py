# SPDX-License-Identifier: Apache-2.0
"""Charge of a hop from a file that nRF Connect's Power Profiler exported of a Power Profiler Kit II."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from wristpulse_tools.hardware.boards import HardwareError
from wristpulse_tools.hardware.power import HOP_S, HopCharge

TIME, CURRENT = "Timestamp(ms)", "Current(uA)"
LEAST_S = 10.0  # several hops: one may be a batch of PPG more or less


def read(path: Path) -> HopCharge:
    """Mean current of the whole file as charge of one hop of 2 s.

    path: CSV with the columns `Timestamp(ms)` and `Current(uA)`, evenly sampled; others are ignored.
    HardwareError names file, line or column where it is not that, or shorter than 10 s.
    """
    with path.open(newline="") as file:
        rows = csv.reader(file)
        head = [name.strip() for name in next(rows, [])]
        for column in (TIME, CURRENT):
            if column not in head:
                raise HardwareError(path, "first line", f"a column {column}", ", ".join(head) or "nothing")
        at_time, at_current = head.index(TIME), head.index(CURRENT)
        total, samples, first, last = 0.0, 0, math.nan, math.nan
        for row in rows:
            if not row:
                continue
            try:
                last, current = float(row[at_time]), float(row[at_current])
            except (ValueError, IndexError):
                found = ",".join(row)[:40]
                raise HardwareError(path, f"line {rows.line_num}", "two numbers", repr(found)) from None
            if not (math.isfinite(last) and math.isfinite(current)):
                raise HardwareError(path, f"line {rows.line_num}", "finite numbers", f"{last}, {current}")
            first = last if samples == 0 else first
            total, samples = total + current, samples + 1
    seconds = (last - first) / 1e3 if samples else 0.0
    if seconds < LEAST_S:
        raise HardwareError(path, TIME, f"at least {LEAST_S:g} s", f"{seconds:g} s")
    microcoulombs = total / samples * HOP_S
    source = f"measured: Power Profiler Kit II, {path.name}, {seconds:.0f} s"
    return HopCharge("the whole device", (microcoulombs, microcoulombs), source)
