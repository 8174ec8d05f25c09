# SPDX-License-Identifier: Apache-2.0
"""Looking back: each hop's heart rate by the hops before and after it; docs/signal_path.md, section 7b.

With a lag of 1 to 8 hops zephyr_app/core/src/smooth.c does the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wristpulse.core.numbers import ANCHOR_HOPS, ANCHOR_Q8, DOUBT_Q15, TRACK_GAP_US
from wristpulse.core.result import Result, Run, State
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.validity import not_valid

MOST_HOPS = 8  # of a fixed lag


def smooth(run: Run, tables: TrackerTables, lag: int | None = None) -> list[Result]:
    """Estimate a run's hops as seen from some hops later, or from the end of the recording.

    A forward-backward smoother over the tracker's bins (Rabiner, Proc. IEEE 77(2):257-286, 1989). What comes
    before a hop is the tracker's posterior; what comes after it is the same filter run back from the latest
    hop. Hops without a value keep none; values in doubt (section 8a) stay so. A value is valid only between
    valid ones of the run.

    Parameters
    ----------
    run : Run
        From a fresh start.
    tables : TrackerTables
        Of the tracker that made it.
    lag : int, optional
        1 to 8 hops; by default all that come after.

    Returns
    -------
    list of Result
        One for each of the run's.

    Raises
    ------
    ValueError
        Another lag.

    Examples
    --------
    A network that takes one hop of 90 BPM for 180:

    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.estimator import Estimator
    >>> from wristpulse.core.sensor import SensorStream
    >>> from wristpulse.core.track import tracker_tables
    >>> def predict(inputs):
    ...     peaks = np.where(np.arange(len(inputs)) == 1, 80, 32)[:, None]
    ...     return np.where(np.arange(104) == peaks, 127, -128).astype(np.int8)
    >>> t = np.arange(900) * 20_000
    >>> light, still = np.full(900, 100_000, np.uint32), np.tile(np.array([0, 0, 4096], np.int16), (900, 1))
    >>> tables = tracker_tables(0.1, Tracking())
    >>> run = Estimator(predict, tables).full_run(SensorStream(light, t, still, t))
    >>> [round(result.bpm_q8 / 256) for result in smooth(run, tables)]
    [0, 0, 0, 90, 90, 90, 90, 90]
    """
    if lag is not None and not 1 <= lag <= MOST_HOPS:
        raise ValueError(f"lag: expected 1 to {MOST_HOPS} hops, or None, found {lag}")
    resets = _resets(run.results)
    after = _sweep(run, tables, resets) if lag is None else None
    forward, late = Tracker(tables), []
    for n, result in enumerate(run.results):
        if resets[n]:
            forward.reset()
        forward.predict()
        if run.ran[n]:
            forward.weigh(run.evidence[n])
        if result.bpm_q8:
            back = after[n] if after is not None else _back(run, tables, resets, n, n + (lag or 0))
            bpm, confidence = map(int, forward.looking_back(back))
            unsure = not_valid(bool(run.at_rest[n]), bool(run.doubted[n]), bool(forward.gathered))
            confidence = min(confidence, DOUBT_Q15) if run.doubted[n] else confidence
            sure = confidence >= tables.stays_valid and _anchored(run.results, resets, n, bpm, lag)
            state = State.VALID if sure else unsure
            result = replace(result, bpm_q8=bpm, confidence_q15=confidence, state=state)
        late.append(result)
    return late


def _resets(results: Sequence[Result]) -> np.ndarray:
    """Before which hops the tracker started afresh."""
    time_us = np.array([r.time_us for r in results], np.int64)
    step = np.diff(time_us, prepend=time_us[:1] - 1)
    away = np.array([r.state is State.NO_CONTACT for r in results], bool)
    return away | (step <= 0) | (step > TRACK_GAP_US)


def _anchored(results: Sequence[Result], resets: np.ndarray, n: int, bpm_q8: int, lag: int | None) -> bool:
    """Whether the run has valid values near this one at or before hop n, and at or after it."""

    def near(m: int) -> bool:
        one = results[m]
        return one.state is State.VALID and abs(one.bpm_q8 - bpm_q8) <= ANCHOR_Q8

    before = after = near(n)
    for m in range(n, max(0, n - ANCHOR_HOPS), -1):
        if before or resets[m]:
            break
        before = near(m - 1)
    for m in range(n + 1, min(len(results), n + 1 + min(lag or ANCHOR_HOPS, ANCHOR_HOPS))):
        if after or resets[m]:
            break
        after = near(m)
    return before and after


def _start(tables: TrackerTables) -> Tracker:
    """A filter that knows nothing, to run back."""
    tracker = Tracker(tables)
    tracker.looks = 1  # what may be anything moves, too
    return tracker


def _step(tracker: Tracker, run: Run, n: int) -> None:
    """From after hop n to before it."""
    if run.ran[n]:
        tracker.weigh(run.evidence[n])
    tracker.predict()


def _back(run: Run, tables: TrackerTables, resets: np.ndarray, n: int, last: int) -> np.ndarray:
    """What hops n + 1 to `last` say of hop n, int64 (104,)."""
    until = n
    while until < min(last, len(resets) - 1) and not resets[until + 1]:
        until += 1
    tracker = _start(tables)
    for later in range(until, n, -1):
        _step(tracker, run, later)
    return tracker.posterior


def _sweep(run: Run, tables: TrackerTables, resets: np.ndarray) -> np.ndarray:
    """What all later hops say of each, int64 (n, 104)."""
    tracker = _start(tables)
    after = np.empty((len(resets), *tracker.posterior.shape), np.int64)
    for n in range(len(resets) - 1, -1, -1):
        after[n] = tracker.posterior
        if resets[n]:
            tracker = _start(tables)
        else:
            _step(tracker, run, n)
    return after
