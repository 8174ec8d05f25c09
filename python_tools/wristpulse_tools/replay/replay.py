# SPDX-License-Identifier: Apache-2.0
"""Replay a recording through firmware and set what it printed against the reference."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, State, parse
from wristpulse.core.sensor import SensorStream
from wristpulse.data.labels import window_labels
from wristpulse.recordings import Recording
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.qemu import Exit

LATE = "LATE "  # before the line of a smoothed result
NUMBER = re.compile(r"(\w+)=(-?\d+)")


def closing_figures(lines: Sequence[str]) -> dict[str, int]:
    """Read the figures of the lines HEALTH (Zephyr images) and END that end a run.

    Parameters
    ----------
    lines : sequence of str

    Returns
    -------
    dict of str to int

    Examples
    --------
    >>> closing_figures(["HOP 0", "HEALTH stack_work=400", "END hops=1 shed=0"])
    {'stack_work': 400, 'hops': 1, 'shed': 0}
    """
    ends = [line for line in lines[-2:] if line.startswith(("HEALTH ", "END "))]
    return {name: int(value) for line in ends for name, value in NUMBER.findall(line)}


# Runs firmware over a replay file, handing on each line as it is printed.
Program = Callable[[Path, Callable[[str], None]], Exit]


class ReplayError(UserError):
    """Firmware that did not end well: its exit status and the last line that it printed."""


@dataclass(frozen=True)
class Replay:
    """What firmware made of a recording: a result per hop, its closing figures, and the host's seconds.

    late: smoothed results, of an image that prints them.
    """

    results: list[Result]
    closing: dict[str, int]
    seconds: float
    late: list[Result] = field(default_factory=list)

    @property
    def bpm(self) -> np.ndarray:
        """Estimates, float64 (hops,); NaN where there is none."""
        bpm = np.array([r.bpm_q8 / 256 for r in self.results])
        return np.where(bpm > 0, bpm, np.nan)

    @property
    def valid(self) -> np.ndarray:
        """Which estimates the firmware calls valid: bool (hops,)."""
        return np.array([r.state is State.VALID for r in self.results])

    def reference(self, recording: Recording, aligned: bool = True) -> np.ndarray:
        """Look the reference up for each hop's window.

        Parameters
        ----------
        recording : Recording
        aligned : bool
            Correct the labels by the recording's offset.

        Returns
        -------
        ndarray, float64 (hops,)
            BPM; NaN where unknown.
        """
        return window_labels(recording, np.array([r.time_us for r in self.results]), aligned)


def replay(
    program: Program,
    stream: SensorStream | Sequence[SensorStream],
    file: Path,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Replay:
    """Write the sensor samples to `file`, run firmware over them, and read its results.

    `on_result` gets each result as it is printed. ReplayError if the firmware ends badly.
    """
    write_replay(file, stream)
    results: list[Result] = []
    late: list[Result] = []

    def take(line: str) -> None:
        result = parse(line.removeprefix(LATE))
        if result and line.startswith(LATE):
            late.append(result)
        elif result:
            results.append(result)
            on_result(result)

    start = time.monotonic()
    run = program(file, take)
    seconds = time.monotonic() - start
    lines = run.output.splitlines() or ["nothing"]
    last = lines[-1]
    if run.status or not last.startswith("END "):
        found = f"status {run.status} and: {last}"
        raise ReplayError(file, "", "a last line END and status 0", found)
    closing = closing_figures(lines)
    if closing["hops"] != len(results):
        raise ReplayError(file, "", f"{closing['hops']} results", len(results))
    return Replay(results, closing, seconds, late)
