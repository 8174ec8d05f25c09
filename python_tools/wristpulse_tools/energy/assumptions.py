# SPDX-License-Identifier: Apache-2.0
"""Every figure that the estimate of charge rests on, with unit and source, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wristpulse.experiments.sensor_settings import PULSATILE
from wristpulse_tools.bench.estimate import CHIPS, CYCLES_PER_INSTRUCTION

ASSUMED = "assumed: "
MAX30101 = "MAX30101 data sheet, 19-8445 Rev 3, Electrical Characteristics"
MAX86141 = "MAX86140/MAX86141 data sheet, 19-100051 Rev 1, page 1"
BMI160 = "BMI160 data sheet, BST-BMI160-DS000-07 Rev 0.8"
NRF52840 = "nRF52840 Product Specification v1.1, Current consumption, DC/DC, 3 V"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number, its unit, and the document, the page or the reason that it comes from."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    """An optical front end.

    Attributes
    ----------
    supply_ua
        Of its own supply while it samples.
    dark_pa
        Noise of one conversion without light, pA, or None where the sheet states none: then a step of the
        converter.
    range_db
        Largest light over noise of one conversion, or None.
    bits, range_na
        Of a conversion; its step is range_na / 2^bits.
    bits_by_width
        Bits by the pulse's width in us, where they differ.
    """

    name: str
    supply_ua: Figure
    dark_pa: Figure | None
    range_db: Figure | None
    bits: int
    range_na: float
    bits_by_width: dict[int, int] | None = None


FRONT_ENDS = {
    "MAX30101": FrontEnd(
        name="MAX30101",
        supply_ua=Figure(
            name="MAX30101, supply", value=600, unit="uA", source=f"{MAX30101}: IDD, 215 us, 50 sps, typical"
        ),
        dark_pa=None,
        range_db=None,
        bits=18,
        range_na=4096,
        bits_by_width={411: 18, 215: 17, 118: 16, 69: 15},
    ),
    "MAX86141": FrontEnd(
        name="MAX86141",
        supply_ua=Figure(
            name="MAX86141, supply at 25 sps, one channel",
            value=10,
            unit="uA",
            source=f"{MAX86141}: < 10 uA (typical) at 25 sps; taken in proportion to the conversions",
        ),
        dark_pa=Figure(
            name="MAX86141, noise in the dark", value=50, unit="pA rms", source=f"{MAX86141}: < 50 pA"
        ),
        range_db=Figure(
            name="MAX86141, light over noise at most", value=89, unit="dB", source=f"{MAX86141}: > 89 dB"
        ),
        bits=19,
        range_na=4096,
    ),
}
SUPPLY_SPS = 25.0  # of MAX86141's supply_ua

LIGHT = Figure(
    name="light that comes back",
    value=50,
    unit="nA of photocurrent per mA of green LED",
    source=f"{ASSUMED}MAX30101's own optics on skin read some 50,000 counts at 10 mA and 4,096 nA",
)
PULSE = Figure(
    name="pulse over whole light, peak to peak",
    value=100 * PULSATILE,
    unit="%",
    source=f"{ASSUMED}taken low; 1 % is common for green at the wrist",
)
ACCELEROMETERS = {
    "BMI160": Figure(
        name="BMI160, accelerometer in normal mode, any rate",
        value=180,
        unit="uA",
        source=f"{BMI160}, Table 3",
    ),
}
RUN = Figure(
    name="nRF52840, running at 64 MHz",
    value=CHIPS[0].milliamperes,
    unit="mA",
    source=f"{NRF52840}: CPU running",
)
CYCLES = Figure(
    name="cycles an instruction",
    value=CYCLES_PER_INSTRUCTION[1],
    unit="cycles",
    source=f"{ASSUMED}upper end of the instruction mix by Arm's Cortex-M4 timing (bench/estimate.py)",
)
SLEEP = Figure(
    name="nRF52840, System ON, all RAM kept, woken by RTC", value=3.16, unit="uA", source=f"{NRF52840}: Sleep"
)
WAKE = Figure(
    name="instructions for each wake-up beside the hop",
    value=2_000,
    unit="instructions",
    source="measured: a run of the work queue in the thread trace on QEMU (docs/firmware.md), emulated chips "
    "included",
)
BUS = Figure(
    name="bus and its controller during a transfer",
    value=1.0,
    unit="mA",
    source=f"{ASSUMED}TWIM and its clock 0.7 mA, two pull-ups of 4.7 kOhm at half the time 0.3 mA",
)
EVENT = Figure(
    name="Bluetooth, one connection event at 0 dBm",
    value=6.0,
    unit="uC",
    source=f"{ASSUMED}radio 0.7 ms at 4.8 mA ({NRF52840}: Radio), processor 0.8 ms at 3.3 mA",
)
EVENTS = Figure(
    name="connection events in a hop",
    value=2.0,
    unit="events",
    source="docs/bluetooth.md: every 0.4 s, three skipped, one notification a hop",
)
LED_SUPPLY = Figure(
    name="charge from the battery for a unit at the LED",
    value=1.6,
    unit="",
    source=f"{ASSUMED}green LEDs need 5 V, boosted from 3.7 V at 85 %",
)

SHOT_COULOMBS = 1.602e-19  # charge of an electron
BUS_HZ = 400_000  # docs/wiring.md
BITS_A_BYTE = 9  # I2C: eight bits and an acknowledgement


def figures() -> Iterator[Figure]:
    """All of them, in the order of the table."""
    for chip in FRONT_ENDS.values():
        yield from (f for f in (chip.supply_ua, chip.dark_pa, chip.range_db) if f is not None)
    yield from (
        LIGHT,
        PULSE,
        *ACCELEROMETERS.values(),
        RUN,
        CYCLES,
        SLEEP,
        WAKE,
        BUS,
        EVENT,
        EVENTS,
        LED_SUPPLY,
    )
