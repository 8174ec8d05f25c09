# SPDX-License-Identifier: Apache-2.0
"""Samples with times of their own, made recordings of fixed rates."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Num

from wristpulse.recordings.recording import WINDOW_S, Recording, RecordingError, make_recording
from wristpulse.recordings.scale import LEAST_HZ, PpgScale, SignalError, acc_scale, check_signal, ppg_scale

BRIDGE_S = 0.5  # a longer pause ends a recording and begins another; a shorter one is bridged by a line
JITTER = 0.25  # of a period: times further off a fixed rate are resampled


@dataclass(frozen=True, kw_only=True)
class Timed:
    """PPG (n, leds) and acceleration (m, 3) in any unit, with the samples' times in seconds."""

    label: str  # the file, in errors
    dataset: str
    subject: str
    name: str
    ppg: Num[np.ndarray, "n leds"]
    t_ppg: Num[np.ndarray, " n"]
    acc: Num[np.ndarray, "m 3"]
    t_acc: Num[np.ndarray, " m"]
    ppg_unit: str = ""
    scale: PpgScale | None = None  # found from the signal where None
    per_g: float | None = None  # acceleration's unit, likewise
    licence: str = ""


@dataclass(frozen=True)
class _Series:
    values: np.ndarray
    t: np.ndarray
    fs: float


def recordings(timed: Timed) -> list[Recording]:
    """Cut timed samples into recordings of fixed rates.

    A recording is a part of at least 8 s in which both sensors ran without a pause of more than 0.5 s. Rows
    with an empty cell (NaN) are left out. Samples within a quarter of a period of a fixed rate are kept;
    others are interpolated linearly at their mean rate.

    Parameters
    ----------
    timed : Timed

    Returns
    -------
    list of Recording
        At least one; several have numbers after their names.

    Raises
    ------
    RecordingError
        Times run backwards, a rate is below 10 Hz, no part is long enough, or the scale cannot be found.
    """
    ppg, acc = (_series(timed, name) for name in ("ppg", "acc"))
    parts = _common(ppg, acc)
    if not parts:
        ppg_s, acc_s = (f"{s.t[0]:.3f} to {s.t[-1]:.3f} s" for s in (ppg, acc))
        expected = f"{WINDOW_S:g} s of both sensors without a pause of more than {BRIDGE_S:g} s"
        raise RecordingError(timed.label, "times", expected, f"PPG from {ppg_s}, acc from {acc_s}")
    try:
        for name, series, columns in (("ppg", ppg, None), ("acc", acc, 3)):
            check_signal(name, series.values, series.fs, columns)
        scale = timed.scale or ppg_scale(ppg.values, ppg.fs)
        per_g = timed.per_g or acc_scale(acc.values, acc.fs).per_g
    except SignalError as error:
        raise RecordingError(timed.label, error.array, error.expected, error.found) from error
    return [
        make_recording(
            timed.label,
            dataset=timed.dataset,
            subject=timed.subject,
            name=timed.name if len(parts) == 1 else f"{timed.name}-{number}",
            ppg=_regular(ppg, *part),
            fs_ppg=ppg.fs,
            ppg_unit=timed.ppg_unit,
            ppg_lsb=scale.lsb,
            ppg_zero=scale.zero,
            acc=_regular(acc, *part) / per_g,
            fs_acc=acc.fs,
            hr=None,
            hr_start_s=None,
            licence=timed.licence,
        )
        for number, part in enumerate(parts, 1)
    ]


def spread(t: Num[np.ndarray, " n"]) -> Num[np.ndarray, " n"]:
    """Spread the times of samples that come in batches with one stamp evenly up to each stamp.

    A batch after a pause reaches back by at most 1.5 of the samples' usual distances for each sample.

    Parameters
    ----------
    t : ndarray (n,)
        Seconds, one for each sample; the samples of a batch have equal ones.

    Returns
    -------
    ndarray (n,)
        Seconds.

    Examples
    --------
    >>> spread(np.array([0.1, 0.1, 0.2, 0.2])).round(3).tolist()
    [0.05, 0.1, 0.15, 0.2]
    """
    last = np.flatnonzero(np.diff(t, append=np.inf) != 0)  # of each batch
    if len(last) == len(t) or len(last) < 2:
        return t
    sizes, stamps = np.diff(last, prepend=-1), t[last]
    period = float(np.median(np.diff(stamps) / sizes[1:]))
    apart = np.minimum(np.diff(stamps, prepend=stamps[0] - sizes[0] * period) / sizes, 1.5 * period)
    before_stamp = np.repeat(last, sizes) - np.arange(len(t))
    return np.repeat(stamps, sizes) - before_stamp * np.repeat(apart, sizes)


def _series(timed: Timed, name: str) -> _Series:
    values, t = getattr(timed, name), getattr(timed, f"t_{name}")
    whole = np.isfinite(t) & np.isfinite(values).all(axis=1)
    values, t = values[whole], spread(t[whole])
    if len(t) < 2:
        raise RecordingError(timed.label, name, "samples with times", f"{len(t)}")
    steps = np.diff(t)
    if (steps < 0).any():
        back = int(np.argmax(steps < 0))
        raise RecordingError(
            timed.label, f"times of {name}", "increasing", f"{t[back + 1]:.3f} s after {t[back]:.3f} s"
        )
    usual = float(np.median(steps))
    near = steps[steps <= max(BRIDGE_S, usual)]
    fs = float(f"{np.rint(near / usual).sum() / near.sum():.7g}") if usual > 0 else 0.0
    if fs < LEAST_HZ:
        expected = f"{LEAST_HZ:g} Hz or more (samples over 100 ms apart are gaps)"
        raise RecordingError(timed.label, f"rate of {name}", expected, f"{fs:.3g} Hz")
    return _Series(values, t, fs)


def _common(ppg: _Series, acc: _Series) -> list[tuple[float, float]]:
    """From when to when both run, in parts of at least a window."""
    found = []
    for a in _runs(ppg):
        for b in _runs(acc):
            start, end = max(a[0], b[0]), min(a[1], b[1])
            if end - start >= WINDOW_S - 1e-6:
                found.append((start, end))
    return found


def _runs(series: _Series) -> list[tuple[float, float]]:
    """From the first sample to a period after the last one, of each stretch without a pause."""
    t = series.t
    breaks = np.flatnonzero(np.diff(t) > BRIDGE_S)
    last = t[np.append(breaks, len(t) - 1)] + 1 / series.fs
    return list(zip(t[np.concatenate([[0], breaks + 1])], last, strict=True))


def _regular(series: _Series, start: float, end: float) -> np.ndarray:
    """The samples from `start` to before `end` at the series' rate, (n, columns)."""
    first, last = np.searchsorted(series.t, (start - 1e-6, end - 1e-6))
    t, values = series.t[first:last], series.values[first:last]
    if np.abs(t - t[0] - np.arange(len(t)) / series.fs).max() <= JITTER / series.fs:
        return values
    grid = start + np.arange(int((end - start) * series.fs + 1e-6)) / series.fs
    return np.stack([np.interp(grid, series.t, column) for column in series.values.T], axis=1)
