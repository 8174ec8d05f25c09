# SPDX-License-Identifier: Apache-2.0
"""Cases of tests/cases: a simulated recording, faults at their times, and what firmware makes of them."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from places import ROOT
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate

FOLDER = ROOT / "tests" / "cases"
# zephyr_app/replay/faults.h
KINDS = (
    *("nack", "mute", "stick", "reset", "vanish", "hold", "hold_sensors", "save", "policy"),
    *("acc_vanish", "acc_reset", "light", "gain", "proximity"),
)
# What the same image says of the same case every time, on any machine.
COUNTERS = (
    *("hops", "shed", "misses", "ppg", "acc", "ppg_lost", "acc_lost", "overflows"),
    *("bus_errors", "lost_interrupts", "recoveries", "led_ua"),
)
SETTINGS = ("damaged", "torn")
FIELDS = {"seed": int, "seconds": int, "drift_ppm": int, "settings": str, "fault": list}


@dataclass(frozen=True)
class Fault:
    """One fault of the PPG chip: when, s of the recording; of which kind; how often or how long (ms)."""

    at_s: float
    kind: str
    value: int = 0


@dataclass(frozen=True)
class Case:
    """drift_ppm: by how much the PPG's oscillator is slower than the driver was told.

    settings: the state of storage at the start, "" for a new device's. "damaged": a bit of the record is
    wrong. "torn": power failed in the middle of writing a new record after an old one.
    """

    name: str
    seed: int
    seconds: int
    drift_ppm: int
    settings: str
    faults: tuple[Fault, ...]

    @property
    def stream(self) -> SensorStream:
        """The samples at their true times: those of a slow oscillator lie further apart."""
        stream = to_counts(simulate(self.seed, self.seconds))
        t_ppg = stream.t_ppg_us * (1_000_000 + self.drift_ppm) // 1_000_000
        return SensorStream(stream.ppg, t_ppg, stream.acc, stream.t_acc_us)

    def write(self, path: Path) -> None:
        """Write the recording, and its faults beside it."""
        write_replay(path, self.stream)
        lines = [f"{round(f.at_s * 1e6)} {f.kind} {f.value}" for f in self.faults]
        if self.drift_ppm:
            nominal = to_counts(simulate(self.seed, self.seconds)).t_ppg_us
            lines.insert(0, f"0 period {round((nominal[-1] - nominal[0]) * 1000 / (len(nominal) - 1))}")
        if lines:
            path.with_name(f"{path.name}.faults").write_text("\n".join(lines) + "\n")


def load(folder: Path) -> Case:
    """Read case.toml. ValueError names file, field, what was expected and found."""
    path = folder / "case.toml"
    given = tomllib.loads(path.read_text())
    for field, value in given.items():
        if field not in FIELDS or not isinstance(value, FIELDS[field]):
            kind = FIELDS[field].__name__ if field in FIELDS else f"one of {', '.join(FIELDS)}"
            raise ValueError(f"{path}: {field}: expected {kind}, found {value!r}")
    faults = tuple(Fault(**fault) for fault in given.pop("fault", []))
    for fault in faults:
        if fault.kind not in KINDS:
            raise ValueError(f"{path}: kind: expected one of {', '.join(KINDS)}, found {fault.kind}")
    if [f.at_s for f in faults] != sorted(f.at_s for f in faults):
        raise ValueError(f"{path}: fault: expected in the order of at_s, found otherwise")
    settings = given.pop("settings", "")
    if settings and settings not in SETTINGS:
        raise ValueError(f"{path}: settings: expected one of {', '.join(SETTINGS)}, found {settings}")
    drift_ppm = given.pop("drift_ppm", 0)
    return Case(folder.name, drift_ppm=drift_ppm, settings=settings, faults=faults, **given)


def all_cases() -> list[Case]:
    return [load(path.parent) for path in sorted(FOLDER.glob("*/case.toml"))]


def essence(lines: list[str]) -> str:
    """What a run's lines say that must not change: all but HEALTH, and of END its COUNTERS."""
    *said, end = (line for line in lines if not line.startswith("HEALTH "))
    found = dict(re.findall(r"(\w+)=(-?\d+)", end))
    return "\n".join([*said, "END " + " ".join(f"{name}={found[name]}" for name in COUNTERS)]) + "\n"
