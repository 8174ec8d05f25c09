# SPDX-License-Identifier: Apache-2.0
"""The settings whose accuracy is set beside their charge: one thing changed at a time."""

from __future__ import annotations

from dataclasses import replace

from wristpulse_tools.energy.charge import Sensors

# One conversion a sample, the pulse and the current of the plain image.
BASE = Sensors(name="", front_end="MAX30101", led_ma=10.0, width_us=411, conversions_hz=25, range_na=4096)
DIM = replace(BASE, width_us=118, range_na=2048)


def grid() -> list[Sensors]:
    """All rows in the table's order."""
    return [
        *(replace(BASE, name=f"PPG {hz} Hz", conversions_hz=hz) for hz in (100, 50, 32, 25)),
        *(
            replace(BASE, name=f"PPG 25 Hz, mean of {n}", conversions_hz=25 * n, average=n)
            for n in (2, 4, 16)
        ),
        *(replace(BASE, name=f"PPG 25 Hz, {us} us", width_us=us) for us in (215, 118, 69)),
        *(replace(DIM, name=f"PPG 25 Hz, 118 us, {ma:g} mA", led_ma=ma) for ma in (10, 4, 2, 1, 0.4, 0.2)),
        *(replace(BASE, name=f"PPG 25 Hz, acceleration {hz:g} Hz", acc_hz=hz) for hz in (50, 25, 12.5)),
    ]
