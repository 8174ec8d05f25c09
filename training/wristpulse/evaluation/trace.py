# SPDX-License-Identifier: Apache-2.0
"""A network's run over one recording: estimates beside the reference, hop by hop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float64, Int8

from wristpulse.config.settings import Tracking
from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import ACC_LSB_PER_G, ONE_Q15
from wristpulse.core.result import Run, State
from wristpulse.core.sensor import to_counts
from wristpulse.core.track import tracker_tables
from wristpulse.core.window import motion, stream_windows
from wristpulse.data.folds import person
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import clamp
from wristpulse.learning.line import Line
from wristpulse.recordings import Recording
from wristpulse.student.card import Student
from wristpulse.support.errors import UserError
from wristpulse.support.files import replacing

FLOAT_LOGIT_STEP = 0.1  # of a float network's logits, rounded for the integer tracker


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One test recording: estimates and reference, hop by hop, in BPM; NaN where there is none.

    Attributes
    ----------
    raw, aligned
        Reference as published, and aligned to the PPG's clock, BPM.
    tracked
        The int8 student as the device computes it; of a teacher, which has no int8 form, in float.
    tracked_float
        The float network with the same tracker.
    untracked
        Each window by itself.
    clamped
        `untracked`, post-processed as in the paper's line.
    raw_confidence
        The tracker's own, 0 to 1.
    confidence
        `raw_confidence` by the confidence map, which makes it a probability.
    valid
        Where the device would say so.
    motion
        Standard deviation of acceleration over the window, g.
    time_s
        End of the hop.
    """

    person: str
    name: str
    fold: str
    time_s: Float64[np.ndarray, " n"]
    raw: Float64[np.ndarray, " n"]
    aligned: Float64[np.ndarray, " n"]
    tracked: Float64[np.ndarray, " n"]
    tracked_float: Float64[np.ndarray, " n"]
    untracked: Float64[np.ndarray, " n"]
    clamped: Float64[np.ndarray, " n"]
    raw_confidence: Float64[np.ndarray, " n"]
    confidence: Float64[np.ndarray, " n"]
    valid: Bool[np.ndarray, " n"]
    motion: Float64[np.ndarray, " n"]


def float_as_int8(logits: Float[np.ndarray, "n bins"]) -> Int8[np.ndarray, "n bins"]:
    """Float logits as the integer tracker takes them.

    Parameters
    ----------
    logits : float (n, 104)

    Returns
    -------
    int8 (n, 104)
        127 the highest, one less for each FLOAT_LOGIT_STEP below it, -128 at least.

    Examples
    --------
    >>> float_as_int8(np.array([[0.0, -1.0, -99.0]])).tolist()
    [[127, 117, -128]]
    """
    below = (logits - logits.max(axis=1, keepdims=True)) / FLOAT_LOGIT_STEP
    return np.clip(np.rint(127 + below), -128, 127).astype(np.int8)


def trace(
    recording: Recording,
    *,
    fold: str,
    line: Line,
    float_logits: Callable[[np.ndarray], np.ndarray],
    tracking: Tracking,
    student: Student | None = None,
) -> Trace:
    """Run a network over a recording's default channel: its float self, and its int8 self if there is one.

    Parameters
    ----------
    recording : Recording
    fold : str
        Noted in the trace.
    line : Line
        Its front end and its reading of single windows.
    float_logits : callable
        int8 inputs (n, ...) of the line's front end to float logits (n, 104).
    tracking : Tracking
        Of the float network's tracker.
    student : Student, optional
        The int8 self, with its own tracker; without it the float run stands in its place.

    Returns
    -------
    Trace
        An entry a hop; labels are NaN throughout where the recording has none.
    """
    windows = stream_windows(to_counts(recording))
    hops, ends = windows.hops, windows.ends
    tables = tracker_tables(FLOAT_LOGIT_STEP, tracking)
    float_run = Estimator(lambda x: float_as_int8(float_logits(x)), tables, line.front_end).run_windows(
        windows
    )
    run, scale = float_run, FLOAT_LOGIT_STEP
    if student is not None:
        run, scale = student.estimator().run_windows(windows), float(student.model.output.scale[0])
    untracked, clamped, moving = (np.full(len(hops), np.nan) for _ in range(3))
    if len(windows):
        untracked[ends] = line.single_windows(run.logits.astype(np.float64) * scale)
        clamped[ends] = clamp(untracked[ends])
        moving[ends] = motion(windows.x) / (16 * ACC_LSB_PER_G)
    return Trace(
        person="/".join(person(recording)),
        name=recording.name,
        fold=fold,
        time_s=hops.end_us * 1e-6,
        raw=window_labels(recording, hops.end_us, aligned=False),
        aligned=window_labels(recording, hops.end_us, aligned=True),
        tracked=_bpm(run),
        tracked_float=_bpm(float_run),
        untracked=untracked,
        clamped=clamped,
        raw_confidence=run.raw_confidence_q15 / ONE_Q15,
        confidence=np.array([r.confidence_q15 / ONE_Q15 for r in run.results]),
        valid=np.array([r.state is State.VALID for r in run.results], bool),
        motion=moving,
    )


def _bpm(run: Run) -> np.ndarray:
    """Heart rates of a run, float64 (n,); NaN where there is none."""
    return np.array([r.bpm_q8 / 256 if r.bpm_q8 else np.nan for r in run.results])


def save(path: Path, traces: Sequence[Trace]) -> None:
    """Write traces as .npz, whole or not at all.

    Parameters
    ----------
    path : Path
    traces : sequence of Trace

    Raises
    ------
    OSError
        It cannot be written.
    """
    arrays: dict[str, Any] = {}
    for n, t in enumerate(traces):
        arrays |= {f"{n}/{f.name}": np.asarray(getattr(t, f.name)) for f in fields(Trace)}
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load(path: Path) -> list[Trace]:
    """Traces that `save` wrote.

    Parameters
    ----------
    path : Path
        An .npz.

    Returns
    -------
    list of Trace

    Raises
    ------
    UserError
        A field is missing, as in files of an earlier version.
    OSError
        The file is not there.
    """
    names = [field.name for field in fields(Trace)]
    with np.load(path) as stored:
        count = 1 + max((int(key.split("/")[0]) for key in stored), default=-1)
        missing = [name for name in names if count and f"0/{name}" not in stored]
        if missing:
            raise UserError(path, "fields", ", ".join(missing), "none; run `invoke evaluate` again")
        return [Trace(**{name: _value(stored[f"{n}/{name}"]) for name in names}) for n in range(count)]


def _value(stored: np.ndarray) -> Any:
    return str(stored) if stored.ndim == 0 else stored
