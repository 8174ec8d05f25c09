# SPDX-License-Identifier: Apache-2.0
"""Hours of recordings through the Zephyr application on QEMU, with both sensors failing at random times."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from wristpulse.core.numbers import DARK_COUNTS
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, State, parse
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import open_dataset, simulate
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware import qemu, zephyr_workspace
from wristpulse_tools.replay.replay import NUMBER, closing_figures
from wristpulse_tools.support.locks import locked

# Between hops: up to 2 s since the last one, 3 s until the accelerometer counts as silent, a batch, 0.5 s
# until it is started again, a grid anew, and a hop.
LONGEST_PAUSE_S = 9
LONGEST_ACQUIRING = 12  # hops: what fills a window, twice over and more: it goes, and it returns


class SoakError(UserError):
    """Something that a soak must not show; the message says all of it."""


@dataclass(frozen=True)
class Soak:
    """What a soak counted: hours simulated, host seconds, faults injected, the image's closing figures."""

    hours: float
    seconds: float
    faults: dict[str, int]
    closing: dict[str, int]
    states: dict[str, int]
    problems: list[str]


def stream(hours: float, data: Path | None) -> SensorStream:
    """Recordings one after the other, round and round: BAMI-1 of a folder, else a simulated person."""
    people = open_dataset("bami1", data) if data else [simulate(1, 840, losses=False)]
    parts = [to_counts(person) for person in people]
    step_ppg, step_acc = (int(np.median(np.diff(t))) for t in (parts[0].t_ppg_us, parts[0].t_acc_us))
    n_ppg, n_acc = (int(hours * 3600e6 // step) for step in (step_ppg, step_acc))
    ppg = np.resize(np.concatenate([part.ppg for part in parts]), n_ppg)
    ppg = np.maximum(ppg, np.uint32(2 * DARK_COUNTS))  # contact is for the faults to lose
    acc = np.concatenate([part.acc for part in parts])
    acc = np.tile(acc, (-(-n_acc // len(acc)), 1))[:n_acc]
    return SensorStream(ppg, np.arange(n_ppg) * step_ppg, acc, np.arange(n_acc) * step_acc)


def problems(results: list[Result], faults: dict[str, int], closing: dict[str, int], lines: list[str]):
    """What does not add up, or did not go on."""
    states = [result.state for result in results]
    runs = [(state, len(list(run))) for state, run in groupby(states)]
    steps = np.diff([result.time_us for result in results]) / 1e6
    exact = {
        "bus_errors": (faults["bus"], closing["bus_errors"]),
        "lost_interrupts": (faults["interrupts"], closing["lost_interrupts"]),
        "overflows": (faults["overflows"], closing["overflows"]),
        "recoveries": (faults["bus"] + faults["resets"], closing["recoveries"]),
        "stretches without contact": (faults["contacts"], sum(s is State.NO_CONTACT for s, _ in runs)),
        "hops printed": (closing["hops"], len(results)),
        "hops shed": (0, closing["shed"]),
        "deadline misses": (0, closing["misses"]),
        "returns of the accelerometer": (
            1 + faults["acc_absent"] + faults["acc_resets"],  # the first: it was late
            closing["acc_returns"],
        ),
        "resets of the device": (1, sum(line.startswith("HOP 0 ") for line in lines)),
    }
    found = [f"{k}: expected {want}, found {got}" for k, (want, got) in exact.items() if want != got]
    if closing["acc_lost"] > faults["acc_absent"]:  # one that was being read when it vanished
        found.append(f"accelerometer samples lost: expected one a fault, found {closing['acc_lost']}")
    if steps.max() > LONGEST_PAUSE_S:
        found.append(f"hops: expected one within {LONGEST_PAUSE_S} s, found a pause of {steps.max():g} s")
    longest = max((n for state, n in runs if state is State.ACQUIRING), default=0)
    if longest > LONGEST_ACQUIRING:
        found.append(f"acquiring: expected at most {LONGEST_ACQUIRING} hops in a row, found {longest}")
    return found


def soak(hours: float, folder: Path, seed: int = 1, data: Path | None = None) -> Soak:
    """Build the image and run it; SoakError if it does not end well."""
    if hours <= 0:
        raise SoakError("--hours", "", "more than 0", f"{hours:g}")
    with locked(folder):
        return _soak(hours, folder, seed, data)


def soak_and_print(hours: float, folder: Path, seed: int = 1, data: Path | None = None) -> None:
    """`soak`, and its counters for people. SoakError that lists what does not add up."""
    result = soak(hours, folder, seed, data)
    for name, figures in (("faults", result.faults), ("counted", result.closing), ("hops", result.states)):
        print(name, " ".join(f"{key}={value}" for key, value in figures.items()))
    print(f"{result.hours:g} h in {result.seconds:.0f} s of this machine's")
    if result.problems:
        raise SoakError("; ".join(result.problems))


def _soak(hours: float, folder: Path, seed: int, data: Path | None) -> Soak:
    options = ("-DCONFIG_PULSE_RANDOM_FAULTS=y", f"-DCONFIG_PULSE_RANDOM_FAULTS_SEED={seed}")
    image = zephyr_workspace.build("mps2_an386", folder / "image", *options)
    write_replay(folder / "soak.pulse", stream(hours, data))
    start = time.monotonic()
    run = qemu.run(image, folder / "soak.pulse", timeout_s=hours * 1800 + 300, **zephyr_workspace.MACHINE)
    seconds = time.monotonic() - start
    (folder / "soak.log").write_text(run.output)
    lines = [line.strip() for line in run.output.splitlines()]
    last = ("FAULTS", "HEALTH", "END")
    if run.status or [line.partition(" ")[0] for line in lines[-3:]] != [*last]:
        found = f"status {run.status} and: {lines[-1]}"
        raise SoakError("soak", "", f"last lines {', '.join(last)} and status 0", found)
    faults = {name: int(value) for name, value in NUMBER.findall(lines[-3])}
    closing = closing_figures(lines)
    results = [result for line in lines if (result := parse(line))]
    states = Counter(result.state.value for result in results)
    found = problems(results, faults, closing, lines)
    return Soak(hours, seconds, faults, closing, dict(states), found)
