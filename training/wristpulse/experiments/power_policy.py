# SPDX-License-Identifier: Apache-2.0
"""What the power policy costs and saves on recordings: `invoke power-policy --data DIR`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wristpulse.core.estimator import Estimator
from wristpulse.core.policy import Policy
from wristpulse.core.result import State
from wristpulse.core.sensor import to_counts
from wristpulse.core.window import stream_windows
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import errors
from wristpulse.recordings import Recording, open_dataset
from wristpulse.student.card import load_student


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One recording with the policy off and on, labels aligned.

    mae: of valid results, BPM, NaN without labels; coverage: share of hops with a valid result; apart: share
    of the results valid both ways that differ by more than APART_BPM, NaN without any; saved: share of
    inferences left out; dimmed: share of hops with the LED at half its current.
    """

    name: str
    mae_off: float
    mae_on: float
    coverage_off: float
    coverage_on: float
    apart: float
    saved: float
    dimmed: float


FIGURES = ("mae_off", "mae_on", "coverage_off", "coverage_on", "apart", "saved", "dimmed")
APART_BPM = 5.0


def cost(estimator: Estimator, recording: Recording) -> Cost:
    """What the policy costs and saves on one recording.

    Parameters
    ----------
    estimator : Estimator
    recording : Recording
        Its default LED counts.

    Returns
    -------
    Cost
        MAE is NaN without labels, or without a valid result on a labelled hop.
    """
    stream, policy = stream_windows(to_counts(recording)), Policy()
    figures, rates = [], []
    for run in (estimator.run_windows(stream), estimator.run_windows(stream, policy)):
        bpm = np.array([r.bpm_q8 / 256 for r in run.results])
        valid = np.array([r.state is State.VALID for r in run.results])
        reference = window_labels(recording, stream.hops.end_us, aligned=True)
        mae, coverage = np.nan, float(valid.mean())
        if np.isfinite(reference).any():
            scored = errors(bpm, reference, valid)
            mae, coverage = scored.mae, scored.coverage
        figures.append((mae, coverage))
        rates.append(np.where(valid, bpm, np.nan))
    (mae_off, coverage_off), (mae_on, coverage_on) = figures
    differences = np.abs(rates[1] - rates[0])
    both = np.isfinite(differences)
    windows = max(len(policy.rows), 1)  # of a recording that is all without contact, none
    return Cost(
        name=recording.name,
        mae_off=mae_off,
        mae_on=mae_on,
        coverage_off=coverage_off,
        coverage_on=coverage_on,
        apart=float((differences[both] > APART_BPM).mean()) if both.any() else np.nan,
        saved=1 - policy.inferences / windows,
        dimmed=sum(row.led_shift > 0 for row in policy.rows) / windows,
    )


def _mean(values: Sequence[float]) -> float:
    """Of those that there are; NaN without any, as the MAE of recordings without labels."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else np.nan


def lines(costs: Iterable[Cost]) -> list[str]:
    """Format a line for each recording, and the mean over them.

    Parameters
    ----------
    costs : iterable of Cost

    Returns
    -------
    list of str
        The first names the columns.
    """
    costs = list(costs)
    mean = {name: _mean([getattr(c, name) for c in costs]) for name in FIGURES}
    head = (
        f"{'recording':24} {'MAE off':>8} {'on':>6} {'valid off':>10} {'on':>6} "
        f"{'apart':>6} {'saved':>7} {'dimmed':>7}"
    )
    return [
        head,
        *(
            f"{c.name:24} {c.mae_off:8.2f} {c.mae_on:6.2f} {c.coverage_off:10.1%} {c.coverage_on:6.1%} "
            f"{c.apart:6.2%} {c.saved:7.1%} {c.dimmed:7.1%}"
            for c in [*costs, Cost(name="mean", **mean)]
        ),
    ]


def report(datasets: Sequence[str], data: Path, student: Path, say: Callable[[str], None] = print) -> None:
    """Print a table for each data set.

    Parameters
    ----------
    datasets : sequence of str
        Names of the registry.
    data : Path
        Holds the data sets' folders.
    student : Path
        Folder of student.tflite and student.json.
    say : callable
        Takes the lines.

    Raises
    ------
    RecordingError
        A data set cannot be read.
    """
    estimator = load_student(student).estimator()
    for dataset in datasets:
        say(dataset)
        for line in lines(cost(estimator, recording) for recording in open_dataset(dataset, data)):
            say(line)
