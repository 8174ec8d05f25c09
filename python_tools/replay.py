# SPDX-License-Identifier: Apache-2.0
"""Replay a recording through firmware and set what it printed against the reference."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from python_tools.qemu import Run
from training.errors import UserError
from training.estimator import Result, State
from training.recordings import Recording
from training.sensor import SensorStream, write_replay
from training.signal import window_labels

HOP = re.compile(
    r"^HOP (?P<hop>\d+) t_us=(?P<time_us>-?\d+) bpm_q8=(?P<bpm_q8>\d+) conf_q15=(?P<confidence_q15>\d+) "
    r"state=(?P<state>[a-z-]+) gaps=(?P<gaps>\d+)$"
)
NUMBER = re.compile(r"(\w+)=(-?\d+)")


# Runs firmware over a replay file, handing on each line as it is printed.
Program = Callable[[Path, Callable[[str], None]], Run]


class ReplayError(UserError):
    """Firmware that did not end well: its exit status and its last words."""


@dataclass(frozen=True)
class Replay:
    """What firmware made of a recording: a result per hop, its closing figures, and the host's seconds."""

    results: list[Result]
    closing: dict[str, int]
    seconds: float

    @property
    def bpm(self) -> np.ndarray:
        """Estimates, float64 (hops,); NaN where there is none."""
        bpm = np.array([r.bpm_q8 / 256 for r in self.results])
        return np.where(bpm > 0, bpm, np.nan)

    @property
    def valid(self) -> np.ndarray:
        """Which estimates the firmware vouches for: bool (hops,)."""
        return np.array([r.state is State.VALID for r in self.results])

    def reference(self, recording: Recording, aligned: bool = True) -> np.ndarray:
        """Reference BPM of each hop's window, float64 (hops,), NaN where unknown."""
        return window_labels(recording, np.array([r.time_us for r in self.results]), aligned)


def parse(line: str) -> Result | None:
    """The result that a line of firmware output states, or None."""
    match = HOP.match(line)
    if not match:
        return None
    fields = match.groupdict()
    return Result(**{k: State(v) if k == "state" else int(v) for k, v in fields.items()})


def replay(
    program: Program,
    stream: SensorStream,
    file: Path,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Replay:
    """Write the sensor samples to `file`, run firmware over them, and read its results.

    `on_result` gets each result as it is printed. ReplayError if the firmware ends badly.
    """
    write_replay(file, stream)
    results: list[Result] = []

    def take(line: str) -> None:
        result = parse(line)
        if result:
            results.append(result)
            on_result(result)

    start = time.monotonic()
    run = program(file, take)
    seconds = time.monotonic() - start
    last = run.output.splitlines()[-1] if run.output else "nothing"
    if run.status or not last.startswith("END "):
        found = f"status {run.status} and: {last}"
        raise ReplayError(f"{file}: expected a last line END and status 0, found {found}")
    closing = {name: int(value) for name, value in NUMBER.findall(last)}
    if closing["hops"] != len(results):
        raise ReplayError(f"{file}: expected {closing['hops']} results, found {len(results)}")
    return Replay(results, closing, seconds)
