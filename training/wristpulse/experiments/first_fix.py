# SPDX-License-Identifier: Apache-2.0
"""How soon a value comes: a fresh start at every window of every recording, with its pulse and without one.

python -m wristpulse.experiments.first_fix --folds FOLDER --data DIR
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wristpulse.core.align import align
from wristpulse.core.estimator import FRONT_ENDS
from wristpulse.core.numbers import ACC_FLOOR, BINS
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.track import track
from wristpulse.core.window import motion, window_ends, windows
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.results import Result
from wristpulse.experiments import fold_command, no_pulse
from wristpulse.recordings import Recording
from wristpulse.student.card import Student
from wristpulse.student.confidence import WITHIN_BPM

WINDOWS = 3  # after a start: 8, 10 and 12 s of signal, behind half a kernel of 0.125 s
FAR_BPM = 10.0


@dataclass(frozen=True)
class Starts:
    """Fresh starts and what the windows after each gave.

    bpm, confidence (0 to 1) and reference (BPM, NaN none): float64 (n, WINDOWS); at_rest: bool (n,), the
    first window's motion at its floor.
    """

    bpm: np.ndarray
    confidence: np.ndarray
    reference: np.ndarray
    at_rest: np.ndarray

    def where(self, chosen: np.ndarray) -> Starts:
        """Those of the starts, bool (n,)."""
        return Starts(*(getattr(self, field)[chosen] for field in self.__dataclass_fields__))


def starts(stream: SensorStream, student: Student, recording: Recording | None = None) -> Starts:
    """A start at each window that WINDOWS - 1 others follow without a gap; reference from the recording."""
    hops = align(stream)
    ends = window_ends(hops)
    first = np.flatnonzero(ends[WINDOWS - 1 :] - ends[: 1 - WINDOWS] == WINDOWS - 1)
    index = first[:, None] + np.arange(WINDOWS)
    if not len(first):
        return Starts(*np.empty((3, 0, WINDOWS)), np.empty(0, bool))
    x, front_end = windows(hops, ends), FRONT_ENDS[student.card["front_end"]]
    apart = np.arange(len(first))[:, None] * (WINDOWS + 1) + np.arange(WINDOWS)  # a gap before each start
    inputs = front_end(x[index.ravel()], apart.ravel())
    logits = student.model.predict(inputs).reshape(len(first), WINDOWS, BINS)
    bpm, confidence = track(logits.swapaxes(0, 1), student.tables)
    reference = np.full(len(ends), np.nan)
    if recording is not None:
        reference = window_labels(recording, hops.end_us[ends], aligned=True)
    return Starts(bpm.T / 256, confidence.T / 32768, reference[index], motion(x)[first] == ACC_FLOOR)


def of_folds(results: Sequence[Result], data: Path | None) -> dict[str, Starts]:
    """Each fold's student on its test people, by light: `pulse` or one of no_pulse.KINDS."""
    found: dict[str, list[Starts]] = {}
    for fold, student in fold_command.students(results, data):
        print(f"{fold.name}: {len(fold.test)} recordings, {1 + len(no_pulse.KINDS)} times", flush=True)
        for recording in fold.test:
            stream = to_counts(recording)
            found.setdefault("pulse", []).append(starts(stream, student, recording))
            for kind in no_pulse.KINDS:
                spoiled = no_pulse.without_pulse(stream, kind, whole=True)
                found.setdefault(kind, []).append(starts(spoiled, student))
    return {light: _together(parts) for light, parts in found.items()}


def _together(parts: Sequence[Starts]) -> Starts:
    return Starts(*(np.concatenate([getattr(p, f) for p in parts]) for f in Starts.__dataclass_fields__))


def table(found: dict[str, Starts], valid: float) -> Iterable[str]:
    """Markdown, line by line: shares of starts that are valid after each window; errors of the first."""
    shares = " | ".join(f"valid at {8 + 2 * n} s" for n in range(WINDOWS))
    yield f"| light | wrist | starts | {shares} | of those at 8 s, within 5 BPM | more than 10 off |"
    yield "|---" * (5 + WINDOWS) + "|"
    for light, every in found.items():
        for wrist, chosen in (("at rest", every.at_rest), ("moving", ~every.at_rest)):
            if chosen.any():
                yield f"| {light} | {wrist} | {' | '.join(_cells(every.where(chosen), valid))} |"


def _cells(some: Starts, valid: float) -> list[str]:
    said = some.confidence >= valid
    error = np.abs(some.bpm - some.reference)[:, 0][said[:, 0]]
    error = error[np.isfinite(error)]
    told = (
        [f"{(error <= WITHIN_BPM).mean():.1%}", f"{(error > FAR_BPM).mean():.2%}"]
        if len(error)
        else ["-"] * 2
    )
    return [str(len(said)), *(f"{share:.2%}" for share in said.mean(axis=0)), *told]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    fold_command.run(
        fold_command.parser("wristpulse.experiments.first_fix", __doc__),
        arguments,
        lambda results, options: table(of_folds(results, options.data), options.valid),
    )


if __name__ == "__main__":
    main()
