# SPDX-License-Identifier: Apache-2.0
"""How soon a value comes: a fresh start at every window of every recording, with its pulse and without one.

invoke first-fix --data DIR [--student FOLDER | --folds FOLDER]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float64

from wristpulse.core.estimator import FRONT_ENDS
from wristpulse.core.numbers import ACC_FLOOR, BINS, ONE_Q15
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.track import track
from wristpulse.core.validity import validity
from wristpulse.core.window import motion, stream_windows
from wristpulse.data.labels import window_labels
from wristpulse.experiments import no_pulse
from wristpulse.experiments.finished_folds import Trial
from wristpulse.recordings import Recording
from wristpulse.student.card import Student
from wristpulse.student.tolerance import WITHIN_BPM, WRONG_BPM
from wristpulse.support.markdown import table

WINDOWS = 6  # after a start: 8 to 18 s of signal, behind half a kernel of 0.125 s


@dataclass(frozen=True, kw_only=True)
class Starts:
    """Fresh starts and what the windows after each gave.

    bpm, confidence (0 to 1) and reference (BPM, NaN none): float64 (n, WINDOWS); valid: bool (n, WINDOWS),
    but for doubts (docs/signal_path.md, section 8a); at_rest: bool (n,), the first window's motion at its
    floor.
    """

    bpm: Float64[np.ndarray, "n 6"]
    confidence: Float64[np.ndarray, "n 6"]
    valid: Bool[np.ndarray, "n 6"]
    reference: Float64[np.ndarray, "n 6"]
    at_rest: Bool[np.ndarray, " n"]

    def where(self, chosen: Bool[np.ndarray, " n"]) -> Starts:
        """Some of the starts.

        Parameters
        ----------
        chosen : ndarray, bool (n,)
            Which ones.

        Returns
        -------
        Starts
            In the same order.
        """
        return Starts(**{f.name: getattr(self, f.name)[chosen] for f in fields(Starts)})


def starts(stream: SensorStream, student: Student, recording: Recording | None = None) -> Starts:
    """A fresh start at each window that WINDOWS - 1 others follow without a gap.

    Parameters
    ----------
    stream : SensorStream
    student : Student
    recording : Recording, optional
        Gives the reference, labels aligned; without it all are NaN.

    Returns
    -------
    Starts
        Empty if no window is followed by enough others.
    """
    windows = stream_windows(stream)
    ends = windows.ends
    first = np.flatnonzero(ends[WINDOWS - 1 :] - ends[: 1 - WINDOWS] == WINDOWS - 1)
    index = first[:, None] + np.arange(WINDOWS)
    if not len(first):
        none = np.empty((0, WINDOWS))
        return Starts(
            bpm=none, confidence=none, valid=none.astype(bool), reference=none, at_rest=np.empty(0, bool)
        )
    apart = np.arange(len(first))[:, None] * (WINDOWS + 1) + np.arange(WINDOWS)  # a gap before each start
    inputs = FRONT_ENDS[student.card.front_end](windows.x[index.ravel()], apart.ravel())
    logits = student.model.predict(inputs).reshape(len(first), WINDOWS, BINS)
    bpm, confidence = track(logits.swapaxes(0, 1), student.tables)
    reference = np.full(len(ends), np.nan)
    if recording is not None:
        reference = window_labels(recording, windows.end_us, aligned=True)
    return Starts(
        bpm=bpm.T / 256,
        confidence=confidence.T / ONE_Q15,
        valid=validity(student.tables, bpm, confidence).T,
        reference=reference[index],
        at_rest=motion(windows.x)[first] == ACC_FLOOR,
    )


def of_trials(trials: Iterable[Trial], say: Callable[[str], None] = print) -> dict[str, Starts]:
    """Students on people whom they never saw, with their pulse and without one.

    Parameters
    ----------
    trials : iterable of Trial
    say : callable
        Takes a line a trial.

    Returns
    -------
    dict of str to Starts
        By light: "pulse", or a name of `no_pulse.KINDS`; without a pulse there is no reference.
    """
    by_light: dict[str, list[Starts]] = {}
    for trial in trials:
        say(f"{trial.name}: {len(trial.recordings)} recordings, {1 + len(no_pulse.KINDS)} times")
        for recording in trial.recordings:
            stream = to_counts(recording)
            by_light.setdefault("pulse", []).append(starts(stream, trial.student, recording))
            for kind in no_pulse.KINDS:
                spoiled = no_pulse.without_pulse(stream, kind, whole=True)
                by_light.setdefault(kind, []).append(starts(spoiled, trial.student))
    return {light: _together(parts) for light, parts in by_light.items()}


def _together(parts: Sequence[Starts]) -> Starts:
    return Starts(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Starts)})


def markdown(by_light: dict[str, Starts]) -> Iterable[str]:
    """Table of the shares of starts that are valid after each window, and of the errors after the first.

    Parameters
    ----------
    by_light : dict of str to Starts
        Of `of_trials`.

    Yields
    ------
    str
        A line of Markdown: the two of the head, then one for each light and wrist, at rest or moving, that
        has starts.
    """
    shares = [f"valid at {8 + 2 * n} s" for n in range(WINDOWS)]
    head = ("light", "wrist", "starts", *shares, "of those at 8 s, within 5 BPM", "more than 10 off")
    rows = [
        (light, wrist, *_cells(every.where(chosen)))
        for light, every in by_light.items()
        for wrist, chosen in (("at rest", every.at_rest), ("moving", ~every.at_rest))
        if chosen.any()
    ]
    yield from table(head, rows).splitlines()


def _cells(some: Starts) -> list[str]:
    error = np.abs(some.bpm - some.reference)[:, 0][some.valid[:, 0]]
    error = error[np.isfinite(error)]
    errors = ["-", "-"]
    if len(error):
        errors = [f"{(error <= WITHIN_BPM).mean():.1%}", f"{(error > WRONG_BPM).mean():.2%}"]
    return [str(len(some.valid)), *(f"{share:.2%}" for share in some.valid.mean(axis=0)), *errors]


def report(trials: Iterable[Trial], say: Callable[[str], None] = print) -> None:
    """Print the table of some trials.

    Parameters
    ----------
    trials : iterable of Trial
    say : callable
        Takes the lines.

    Raises
    ------
    UserError
        Recordings cannot be read.
    """
    for line in markdown(of_trials(trials, say)):
        say(line)
