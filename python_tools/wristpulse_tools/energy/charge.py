# SPDX-License-Identifier: Apache-2.0
"""Charge of one hop by part, and the front end's noise, from how the sensors are set. Estimates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import sqrt

from wristpulse.experiments.sensor_settings import Setting
from wristpulse_tools.bench.budget import BUDGETS
from wristpulse_tools.bench.estimate import CHIPS
from wristpulse_tools.energy import assumptions as given

HOP_S = 2.0
HOP_BUDGET = "student, hop"  # of the student that ships, both sensors at 100 Hz
ALIGNED_AT_HZ = 100.0
ALIGNMENT_FIXED = 0.18  # share of the alignment that the rates do not change: docs/engine.md, "A hop"
PPG_BYTES, ACC_BYTES = 3, 6  # of a sample
OVERHEAD_BYTES = 4  # of a transfer: two addresses, a register, a status
WATERMARK = 17  # PPG samples in a batch: one wake-up and one transfer


@dataclass(frozen=True, kw_only=True)
class Sensors:
    """A device's sensors: front end and accelerometer by name, LED current, pulses, rates.

    Attributes
    ----------
    led_ma
        Of one LED.
    conversions_hz
        A second and slot, before averaging.
    slots
        LEDs of a sample.
    """

    name: str
    front_end: str
    led_ma: float
    width_us: float
    conversions_hz: float
    average: int = 1
    slots: int = 1
    range_na: float | None = None
    accelerometer: str = "BMI160"
    acc_hz: float = 100.0

    @property
    def ppg_hz(self) -> float:
        """Samples a second."""
        return self.conversions_hz / self.average

    @property
    def setting(self) -> Setting:
        """The same, as far as a recording sees it."""
        return Setting(
            ppg_hz=self.ppg_hz,
            acc_hz=self.acc_hz,
            average=self.average,
            conversions_hz=self.conversions_hz,
            noise=noise(self),
        )


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Charge of one hop by part, uC."""

    led: float
    front_end: float
    processor: float
    accelerometer: float
    bus: float
    sleep: float
    radio: float

    @property
    def goal(self) -> float:
        """LED, front end and processor, with its sleep: what a configuration is chosen by."""
        return self.led + self.front_end + self.processor + self.sleep

    @property
    def device(self) -> float:
        """All of it, as the battery gives it: the LED's part is boosted."""
        beside = self.front_end + self.processor + self.accelerometer + self.bus + self.sleep + self.radio
        return self.led * given.LED_SUPPLY.value + beside


def battery_days(microcoulombs_per_hop: float, milliampere_hours: float) -> float:
    """Days that a battery lasts.

    Examples
    --------
    >>> round(battery_days(2 * 1000.0, 24.0), 3)  # 1 mA from 24 mAh
    1.0
    """
    return milliampere_hours * 3.6e6 / (microcoulombs_per_hop / HOP_S) / 86_400


def charge(sensors: Sensors) -> Charge:
    """The estimate for these sensors, the student that ships on every hop, a phone connected."""
    wakes = HOP_S * (sensors.acc_hz + sensors.ppg_hz / WATERMARK)
    instructions = hop_instructions(sensors) + given.WAKE.value * wakes
    seconds = instructions * given.CYCLES.value / (CHIPS[0].megahertz * 1e6)
    return Charge(
        led=sensors.conversions_hz * sensors.slots * sensors.width_us * sensors.led_ma * HOP_S / 1e3,
        front_end=_front_end_ua(sensors) * HOP_S,
        processor=seconds * given.RUN.value * 1e3,
        accelerometer=given.ACCELEROMETERS[sensors.accelerometer].value * HOP_S,
        bus=_bus_s(sensors) * given.BUS.value * 1e3,
        sleep=given.SLEEP.value * (HOP_S - seconds),
        radio=given.EVENT.value * given.EVENTS.value,
    )


def hop_instructions(sensors: Sensors) -> float:
    """Instructions of a hop: the budget's, most of the alignment in proportion to the rates."""
    budget = json.loads(BUDGETS.read_text())[HOP_BUDGET]
    rates = (sensors.ppg_hz + sensors.acc_hz) / (2 * ALIGNED_AT_HZ)
    return budget["whole hop"] - budget["alignment"] * (1 - ALIGNMENT_FIXED) * (1 - rates)


def noise(sensors: Sensors) -> float:
    """Standard deviation of one conversion over the light: shot noise, the converter's own, its steps."""
    chip = given.FRONT_ENDS[sensors.front_end]
    light_na = min(given.LIGHT.value * sensors.led_ma, _range_na(sensors))
    shot_na = sqrt(given.SHOT_COULOMBS * light_na * 1e-9 / (sensors.width_us * 1e-6)) * 1e9
    bits = (chip.bits_by_width or {}).get(int(sensors.width_us), chip.bits)
    step_na = _range_na(sensors) / 2**bits
    dark_na = chip.dark_pa.value / 1e3 if chip.dark_pa else step_na
    most = 10 ** (-chip.range_db.value / 20) if chip.range_db else 0.0
    return sqrt((shot_na**2 + dark_na**2 + step_na**2 / 12) / light_na**2 + most**2)


def light_counts(sensors: Sensors) -> float:
    """The light in 18-bit counts, to be compared with the least that counts as skin (PULSE_DARK_COUNTS)."""
    return given.LIGHT.value * sensors.led_ma / _range_na(sensors) * 2**18


def _range_na(sensors: Sensors) -> float:
    return sensors.range_na or given.FRONT_ENDS[sensors.front_end].range_na


def _front_end_ua(sensors: Sensors) -> float:
    supply = given.FRONT_ENDS[sensors.front_end].supply_ua.value
    if sensors.front_end != "MAX86141":
        return supply
    return supply * sensors.conversions_hz * sensors.slots / given.SUPPLY_SPS


def _bus_s(sensors: Sensors) -> float:
    """Seconds of transfers in a hop: a batch of PPG, each sample of acceleration by itself."""
    ppg = sensors.ppg_hz * (sensors.slots * PPG_BYTES + OVERHEAD_BYTES / WATERMARK)
    acc = sensors.acc_hz * (ACC_BYTES + OVERHEAD_BYTES)
    return HOP_S * (ppg + acc) * given.BITS_A_BYTE / given.BUS_HZ
