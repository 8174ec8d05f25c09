# SPDX-License-Identifier: Apache-2.0
"""The tables of `invoke energy`, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from wristpulse.experiments.sensor_settings import PULSATILE, Accuracy, accuracies
from wristpulse.student.card import SHIPPED, load_student
from wristpulse.support import markdown
from wristpulse_tools.energy.assumptions import figures
from wristpulse_tools.energy.charge import Charge, Sensors, battery_days, charge, light_counts
from wristpulse_tools.energy.grid import grid
from wristpulse_tools.energy.shipped import PROPOSED, shipped
from wristpulse_tools.hardware import power_file

PARTS = {
    "LED": lambda c: c.led,
    "front end": lambda c: c.front_end,
    "processor": lambda c: c.processor,
    "sleep": lambda c: c.sleep,
    "LED + front end + processor": lambda c: c.goal,
    "accelerometer": lambda c: c.accelerometer,
    "bus": lambda c: c.bus,
    "radio": lambda c: c.radio,
    "whole device, from the battery": lambda c: c.device,
}


def report(
    data: Path | None = None,
    profile: Path | None = None,
    battery_mah: float = 100.0,
    student: Path = SHIPPED,
    say: Callable[[str], None] = print,
) -> None:
    """Print charges, accuracies (with `data`) and assumptions.

    data: folder of data sets. profile: a Power Profiler Kit's CSV of the whole device, which replaces the
    estimate of the charge that the battery gives. UserError for what cannot be read.
    """
    devices = [*shipped(), PROPOSED]
    measured = power_file.read(profile) if profile else None
    say("Charge of a hop of 2 s, uC. Estimates from data sheets, not measurements.\n")
    say(charges(devices, battery_mah))
    if measured:
        microcoulombs = measured.microcoulombs_per_hop[0]
        days = battery_days(microcoulombs, battery_mah)
        say(f"\n{measured.source}: {microcoulombs:.0f} uC a hop, {days:.1f} days from {battery_mah:g} mAh. "
            "It replaces the last two lines of the image that was measured.")  # fmt: skip
    if data:
        rows = [*devices, *grid()]
        settings = [row.setting for row in rows]
        say("\nAccuracy on people that the student never saw, MAE in BPM over all hops.\n")
        found = []
        for row, one in zip(rows, accuracies(load_student(student), data, settings), strict=True):
            found.append(one)
            say(f"{row.name}: {one.mae_all:.2f}")
        say(accuracy_table(rows, found))
    say("\nWhat the estimates rest on.\n")
    say(
        markdown.table(
            ("figure", "value", "unit", "source"),
            ((f.name, f"{f.value:g}", f.unit, f.source) for f in figures()),
        )
    )


def charges(devices: Sequence[Sensors], battery_mah: float) -> str:
    """A column a device, a row a part."""
    found: list[Charge] = [charge(device) for device in devices]
    rows = [(name, *(f"{part(c):.0f}" for c in found)) for name, part in PARTS.items()]
    rows.append(
        (f"days from {battery_mah:g} mAh", *(f"{battery_days(c.device, battery_mah):.1f}" for c in found))
    )
    return markdown.table(("part", *(device.name for device in devices)), rows)


def accuracy_table(rows: Sequence[Sensors], found: Sequence[Accuracy]) -> str:
    """A row a setting: charge, light, noise, errors by group."""
    groups = list(found[0].people)
    people = (f"{group} ({found[0].people[group]})" for group in groups)
    head = ("sensors", "LED, uC a hop", "light, counts", "noise, % of the pulse", *people,
            "valid", "MAE of valid", "wrong-shown")  # fmt: skip
    lines = [
        (
            row.name,
            f"{charge(row).led:.0f}",
            f"{light_counts(row):.0f}",
            f"{pulse_noise(row):.1f}",
            *(f"{one.mae[g]:.2f}" for g in groups),
            f"{one.coverage:.1%}",
            f"{one.mae_valid:.2f}",
            f"{one.wrong_shown:.2%}",
        )
        for row, one in zip(rows, found, strict=True)
    ]
    return markdown.table(head, lines)


def pulse_noise(sensors: Sensors) -> float:
    """Noise of one PPG sample, % of the pulse from peak to peak."""
    return 100 * sensors.setting.noise / sensors.average**0.5 / PULSATILE
