# SPDX-License-Identifier: Apache-2.0
"""How the images that ship set their sensors, read from devicetree and Kconfig; and what else could be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from wristpulse.support.errors import UserError
from wristpulse_tools.energy.charge import Sensors
from wristpulse_tools.firmware.places import APP

BOARD = (APP / "dts" / "arduino_sensors.dtsi",)
PLAIN = (APP / "prj.conf",)
SNIPPET = APP / "snippets" / "pulse-low-power"
LOW_POWER_DTS = (*BOARD, SNIPPET / "sensors.dtsi")
LOW_POWER_CONF = (*PLAIN, SNIPPET / "low_power.conf")

PPG_NODE = re.compile(r"(?:ppg:\s*ppg@\w+|&ppg)\s*\{(.*?)\n\s*\};", re.S)
RATE_HZ = re.compile(r"^CONFIG_BMI160_ACCEL_ODR_(\d+)=y", re.M)

# Not shipped: the front end that the goal needs, with the same light as the low-power image.
PROPOSED = Sensors(
    name="low power, MAX86141",
    front_end="MAX86141",
    led_ma=4.0,
    width_us=117.3,
    conversions_hz=25.0,
    acc_hz=25.0,
)


def shipped() -> list[Sensors]:
    """The plain image and the one for low power."""
    return [
        sensors("plain", BOARD, PLAIN),
        sensors("low power (pulse-low-power, pulse-product)", LOW_POWER_DTS, LOW_POWER_CONF),
    ]


def sensors(name: str, devicetree: Iterable[Path], conf: Iterable[Path]) -> Sensors:
    """The PPG's node and the accelerometer's rate; a later file overrides the ones before it."""
    found: dict[str, list[int]] = {}
    for path in devicetree:
        for node in PPG_NODE.findall(path.read_text()):
            for key, values in re.findall(r"([\w-]+)\s*=\s*<([\d\s]+)>", node):
                found[key] = [int(value) for value in values.split()]
    rates = [int(rate) for path in conf for rate in RATE_HZ.findall(path.read_text())]
    for key in ("slots", "led-current-microamp", "sample-rate", "sample-average", "pulse-width-us"):
        if key not in found:
            raise UserError(name, f"ppg: {key}", "a value in devicetree", "none")
    if not rates:
        raise UserError(name, "CONFIG_BMI160_ACCEL_ODR_*", "a rate", "none")
    slots = found["slots"]
    currents = {found["led-current-microamp"][slot - 1] for slot in slots}
    return Sensors(
        name=name,
        front_end="MAX30101",
        led_ma=sum(currents) / len(currents) / 1e3,
        width_us=found["pulse-width-us"][0],
        conversions_hz=found["sample-rate"][0],
        average=found["sample-average"][0],
        slots=len(slots),
        range_na=found["adc-range-nanoamp"][0] if "adc-range-nanoamp" in found else None,
        acc_hz=rates[-1],
    )
