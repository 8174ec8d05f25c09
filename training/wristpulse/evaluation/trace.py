# SPDX-License-Identifier: Apache-2.0
"""A network's run over one recording: estimates beside the reference, hop by hop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from wristpulse.core.align import align
from wristpulse.core.bins import bin_bpm
from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.sensor import to_counts
from wristpulse.core.track import TrackerTables, tracker_tables
from wristpulse.core.window import motion, window_ends, windows
from wristpulse.data.folds import person
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import clamp
from wristpulse.oracle import IntegerModel
from wristpulse.recordings import Recording
from wristpulse.support.files import replacing

FLOAT_LOGIT_STEP = 0.1  # of a float network's logits, rounded for the integer tracker


@dataclass(frozen=True)
class Trace:
    """One test recording: estimates and reference, hop by hop, in BPM; NaN where there is none.

    raw, aligned: reference; tracked: the int8 student as the device computes it (the teacher, which has no
    int8 self: as float); tracked_float: the float network with the same tracker; untracked: each window by
    itself; clamped: that, post-processed as in the paper's line; confidence: 0 to 1; valid: what the device
    would say; motion: standard deviation of acceleration over the window, g; time_s: end of the hop.
    """

    person: str
    name: str
    fold: str
    time_s: np.ndarray
    raw: np.ndarray
    aligned: np.ndarray
    tracked: np.ndarray
    tracked_float: np.ndarray
    untracked: np.ndarray
    clamped: np.ndarray
    confidence: np.ndarray
    valid: np.ndarray
    motion: np.ndarray


def float_as_int8(logits: np.ndarray) -> np.ndarray:
    """Float logits (n, 104) in steps of FLOAT_LOGIT_STEP below the highest, int8, for the integer tracker."""
    below = (logits - logits.max(axis=1, keepdims=True)) / FLOAT_LOGIT_STEP
    return np.clip(np.rint(127 + below), -128, 127).astype(np.int8)


def single_windows(logits: np.ndarray, front_end: str) -> np.ndarray:
    """BPM (n,) of windows by themselves, from float logits (n, 104): the distribution's mean for the paper's
    networks, which learn by it, and its highest bin for spectral ones, which do not.
    """
    if front_end == "spectrum":
        return bin_bpm()[logits.argmax(axis=1)]
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights @ bin_bpm() / weights.sum(axis=1)


def trace(
    recording: Recording,
    fold: str,
    front_end: str,
    float_logits: Callable[[np.ndarray], np.ndarray],
    tracking: dict,
    student: tuple[IntegerModel, TrackerTables] | None = None,
) -> Trace:
    """Run a network over a recording's default channel: its float self, and its int8 self if there is one.

    float_logits: int8 inputs (n, ...) of the front end to float logits (n, 104); tracking: settings of
    `tracker_tables`.
    """
    stream = to_counts(recording)
    seen = {}

    def run(predict: Callable, tables: TrackerTables, self_: str) -> tuple[np.ndarray, ...]:
        def remember(inputs: np.ndarray) -> np.ndarray:
            seen[self_] = predict(inputs)
            return seen[self_]

        results = Estimator(remember, tables, front_end).run(stream)
        bpm = np.array([r.bpm_q8 / 256 if r.bpm_q8 else np.nan for r in results])
        confidence = np.array([r.confidence_q15 / 32768 for r in results])
        return bpm, confidence, np.array([r.state.value == "valid" for r in results], bool)

    float_tables = tracker_tables(FLOAT_LOGIT_STEP, **tracking)
    result = run(lambda x: float_as_int8(float_logits(x)), float_tables, "float")
    tracked_float, logits, scale = result[0], seen.get("float"), FLOAT_LOGIT_STEP
    if student is not None:
        model, tables = student
        result = run(model.predict, tables, "int8")
        logits, scale = seen.get("int8"), float(model.output.scale[0])
    hops = align(stream)
    ends = window_ends(hops)
    untracked, clamped, moving = (np.full(len(hops), np.nan) for _ in range(3))
    if logits is not None:
        untracked[ends] = single_windows(logits.astype(np.float64) * scale, front_end)
        clamped[ends] = clamp(untracked[ends])
        moving[ends] = motion(windows(hops, ends)) / (16 * ACC_LSB_PER_G)
    tracked, confidence, valid = result
    return Trace(
        "/".join(person(recording)),
        recording.name,
        fold,
        hops.end_us * 1e-6,
        window_labels(recording, hops.end_us, aligned=False),
        window_labels(recording, hops.end_us, aligned=True),
        tracked,
        tracked_float,
        untracked,
        clamped,
        confidence,
        valid,
        moving,
    )


def save(path: Path, traces: Sequence[Trace]) -> None:
    """Write traces as .npz, whole or not at all."""
    arrays = {}
    for n, t in enumerate(traces):
        arrays |= {f"{n}/{f.name}": np.asarray(getattr(t, f.name)) for f in fields(Trace)}
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load(path: Path) -> list[Trace]:
    """Traces that `save` wrote."""
    with np.load(path) as stored:
        count = 1 + max((int(key.split("/")[0]) for key in stored), default=-1)
        return [
            Trace(
                **{
                    f.name: str(stored[key]) if stored[key].ndim == 0 else stored[key]
                    for f in fields(Trace)
                    for key in (f"{n}/{f.name}",)
                }
            )
            for n in range(count)
        ]
