# SPDX-License-Identifier: Apache-2.0
"""Numbers of a report, from traces: tracked estimates against aligned labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wristpulse.evaluation.metrics import calibration, errors
from wristpulse.evaluation.trace import Trace
from wristpulse.recordings.recording import HOP_S, HR_RANGE
from wristpulse.student.tolerance import WITHIN_BPM, WRONG_BPM

MOTION_G = (0.0, 0.05, 0.1, 0.2, 0.4, np.inf)  # edges, standard deviation of acceleration over a window
RATE_BPM = (40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 200.0)
LEAST_WINDOWS, LEAST_SHARP = 30, 0.25  # of a tenth of the confidence: windows; width of its interval
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of the confidence

SETS = {
    "bami1": "BAMI-1",
    "bami2": "BAMI-2",
    "troika": "SPC",
    "troika S": "SPC, training (S)",
    "troika T": "SPC, test (T)",
    "dalia": "PPG-DaLiA",
    "wesad": "WESAD",
    "simulator": "simulated people",
}


def set_name(group: str) -> str:
    """A data set's name to people, from its own or that of a group of `scores.groups`."""
    return SETS.get(group, group)


def network_name(variant: str) -> str:
    """A variant's name (wristpulse.evaluation.jobs) to people."""
    if variant == "teacher":
        return "PULSE teacher"
    if variant == "spectral-teacher":
        return "spectral teacher"
    *line, relation = variant.split("-")  # spectral-SIZE-RELATION, or RELATION alone
    student = " ".join([*line, "student"])
    return f"{student}, labels only" if relation == "none" else f"{student}, distilled by {relation}"


def who(t: Trace) -> str:
    """The person's data set and name to people."""
    dataset, subject = t.person.split("/")
    return f"{set_name(dataset)} {subject}"


def labelled(t: Trace) -> np.ndarray:
    """Hops with an estimate and a plausible reference: bool (hops,)."""
    return np.isfinite(t.tracked) & (t.aligned >= HR_RANGE[0]) & (t.aligned <= HR_RANGE[1])


@dataclass(frozen=True)
class Tested:
    """A data set, as far as it was tested on."""

    name: str
    people: int
    recordings: int
    hours: float
    windows: int


def tested(traces: Sequence[Trace]) -> list[Tested]:
    """What was tested on, by data set, each recording once."""
    found: dict[str, dict[str, Trace]] = {}
    for t in traces:
        found.setdefault(t.person.split("/")[0], {})[t.name] = t
    return [
        Tested(
            set_name(dataset),
            len({t.person for t in once.values()}),
            len(once),
            sum(len(t.time_s) for t in once.values()) * HOP_S / 3600,
            sum(int(labelled(t).sum()) for t in once.values()),
        )
        for dataset, once in found.items()
    ]


def caption(t: Trace) -> str:
    """What a recording came to."""
    error, valid = absolute_errors([t]), t.valid[labelled(t)]
    return (
        f"{who(t)}, {t.name} ({t.fold}): MAE {error.mean():.2f} BPM, {valid.mean():.0%} of the windows valid."
    )


def joined(traces: Sequence[Trace], field: str) -> np.ndarray:
    """A field of all labelled hops."""
    return np.concatenate([np.asarray(getattr(t, field))[labelled(t)] for t in traces])


def absolute_errors(traces: Sequence[Trace]) -> np.ndarray:
    """|tracked - aligned| of all labelled hops, BPM."""
    return np.abs(joined(traces, "tracked") - joined(traces, "aligned"))


@dataclass(frozen=True)
class Bin:
    """A tenth of the confidence: mean confidence, share correct with its 95 % interval, windows."""

    confidence: float
    correct: float
    low: float
    high: float
    count: int
    share: float

    @property
    def enough(self) -> bool:
        """Whether the windows suffice to judge: LEAST_WINDOWS, and an interval of at most LEAST_SHARP."""
        return self.count >= LEAST_WINDOWS and self.high - self.low <= LEAST_SHARP


def reliability(traces: Sequence[Trace]) -> tuple[list[Bin], float]:
    """Tenths of the confidence that an estimate is within WITHIN_BPM, and the calibration error.

    Intervals: Wilson's, as if windows were independent; neighbours are not, so they are the narrowest.
    """
    table, ece = calibration(joined(traces, "confidence"), absolute_errors(traces) <= WITHIN_BPM)
    total = max(table[:, 2].sum(), 1)
    bins = []
    for confidence, correct, windows in table:
        count = int(windows)
        low, high = _wilson(correct, count) if count else (float("nan"), float("nan"))
        bins.append(Bin(float(confidence), float(correct), low, high, count, count / total))
    return bins, ece


def _wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson, JASA 22, 1927)."""
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def coverage_curve(traces: Sequence[Trace]) -> tuple[np.ndarray, np.ndarray]:
    """Share of hops kept (n,) and their mean absolute error (n,), the most confident first."""
    error = absolute_errors(traces)[np.argsort(-joined(traces, "confidence"), kind="stable")]
    count = np.arange(1, len(error) + 1)
    return count / max(len(error), 1), np.cumsum(error) / count


def coverage_table(traces: Sequence[Trace]) -> list[tuple[float, float, float, float]]:
    """Threshold of the confidence, share of hops kept, their MAE (BPM), share off by over WRONG_BPM."""
    error, confidence = absolute_errors(traces), joined(traces, "confidence")
    rows = []
    for threshold in THRESHOLDS:
        kept = error[confidence >= threshold]
        if len(kept):
            rows.append(
                (threshold, len(kept) / len(error), float(kept.mean()), float((kept > WRONG_BPM).mean()))
            )
    return rows


def by_edges(traces: Sequence[Trace], field: str, edges: Sequence[float]) -> list[tuple[str, np.ndarray]]:
    """Absolute errors by level of a field: (level's name, errors), empty levels left out."""
    error, value = absolute_errors(traces), joined(traces, field)
    levels = []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (value >= low) & (value < high)
        if inside.any():
            name = f"{low:g} and more" if np.isinf(high) else f"{low:g} to {high:g}"
            levels.append((name, error[inside]))
    return levels


def by_motion(traces: Sequence[Trace]) -> list[tuple[str, np.ndarray]]:
    """Absolute errors by motion, g."""
    return by_edges(traces, "motion", MOTION_G)


def by_rate(traces: Sequence[Trace]) -> list[tuple[str, np.ndarray]]:
    """Absolute errors by reference heart rate, BPM."""
    return by_edges(traces, "aligned", RATE_BPM)


def ratio_errors(traces: Sequence[Trace]) -> dict[str, tuple[int, int, int]]:
    """Half-rate and double-rate readings and windows, by estimate."""
    counts = {}
    for estimate in ("tracked", "clamped", "untracked"):
        found = [errors(getattr(t, estimate), t.aligned) for t in traces]
        counts[estimate] = tuple(sum(getattr(e, key) for e in found) for key in ("half", "double", "windows"))
    return counts


def first_fix(traces: Sequence[Trace]) -> dict[str, float]:
    """Seconds to the first valid estimate: median, 90th percentile, latest; share that never gets one."""
    times = [float(t.time_s[t.valid][0]) for t in traces if t.valid.any()]
    never = 1 - len(times) / max(len(traces), 1)
    if not times:
        return {"never": never}
    at = {"median": np.median(times), "90 %": np.percentile(times, 90), "latest": max(times)}
    return {**{key: float(value) for key, value in at.items()}, "never": never}
