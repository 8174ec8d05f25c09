# SPDX-License-Identifier: Apache-2.0
"""What the student that ships makes of PPG by the scale that is found for it, and of PPG upside down.

./dev invoke scale-check --data DIR [--dataset bami1]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfiltfilt
from scipy.stats import skew

from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import PPG_MAX
from wristpulse.core.result import Result, State
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import Recording, iter_dataset
from wristpulse.recordings.recording import WINDOW_S
from wristpulse.recordings.scale import acc_scale, ppg_scale
from wristpulse.student.card import SHIPPED, load_student

DATASETS = ("troika", "bami1", "bami2", "physionet-wrist", "bangle2", "dalia-s6")
STANDARD_GRAVITY = 9.80665  # m/s2


@dataclasses.dataclass(frozen=True, kw_only=True)
class Agreement:
    """One recording: shares of hops, and BPM between hops that are valid both ways."""

    unit_found: bool  # of acceleration given in g and in m/s2
    valid: float
    found_same: float  # hops of the same state by the scale that is found
    found_off: float
    turned_same: float  # and upside down
    turned_off: float
    rises: bool  # the light's steepest slope at rest is upward, as is blood pressure's


def compare(estimator: Estimator, recording: Recording) -> Agreement:
    """A recording by its set's own scale against the scale found, and against the same light upside down.

    Parameters
    ----------
    estimator : Estimator
    recording : Recording
        Its default LED counts; no label is needed.

    Returns
    -------
    Agreement

    Raises
    ------
    SignalError
        The scale cannot be found.
    """
    units = [acc_scale(recording.acc * scale, recording.fs_acc).unit for scale in (1.0, STANDARD_GRAVITY)]
    scale = ppg_scale(recording.ppg, recording.fs_ppg)
    found = dataclasses.replace(recording, ppg_lsb=scale.lsb, ppg_zero=scale.zero)
    turned = dataclasses.replace(recording, ppg=-recording.ppg, ppg_zero=PPG_MAX - recording.ppg_zero)
    as_set, *others = (estimator.run(to_counts(r)) for r in (recording, found, turned))
    valid = float(np.mean([result.state is State.VALID for result in as_set]))
    (found_same, found_off), (turned_same, turned_off) = (_differ(as_set, other) for other in others)
    return Agreement(
        unit_found=units == ["g", "m/s2"],
        valid=valid,
        found_same=found_same,
        found_off=found_off,
        turned_same=turned_same,
        turned_off=turned_off,
        rises=slope_skewness(recording) > 0,
    )


def slope_skewness(recording: Recording) -> float:
    """Skewness of the light's slope (0.5 to 8 Hz), the median of the calmest fifth of all windows of 8 s.

    Parameters
    ----------
    recording : Recording
        Its default LED; 8 s or longer.

    Returns
    -------
    float
        The systolic upstroke is the steepest part of a pulse: positive where light rises with blood pressure.
    """
    fs, length = recording.fs_ppg, round(WINDOW_S * recording.fs_ppg)
    band = butter(2, (0.5, min(8.0, 0.45 * fs)), "bandpass", fs=fs, output="sos")
    slope = np.diff(sosfiltfilt(band, recording.ppg[:, recording.led].astype(np.float64)))
    steps = round(WINDOW_S * recording.fs_acc)
    count = min(len(slope) // length, len(recording.acc) // steps)
    motion = recording.acc[: count * steps].reshape(count, steps, 3).std(axis=1).sum(axis=1)
    calm = np.argsort(motion)[: max(4, count // 5)]
    return float(np.median(skew(slope[: count * length].reshape(count, length)[calm], axis=1)))


def _differ(as_set: list[Result], other: list[Result]) -> tuple[float, float]:
    """Share of hops of the same state; mean difference (BPM) of those valid both ways, NaN without any."""
    pairs = list(zip(as_set, other, strict=True))
    same = float(np.mean([a.state is b.state for a, b in pairs]))
    off = [abs(a.bpm_q8 - b.bpm_q8) / 256 for a, b in pairs if a.state is b.state is State.VALID]
    return same, float(np.mean(off)) if off else float("nan")


def report(data: Path, dataset: str | None = None, say: Callable[[str], None] = print) -> None:
    """Print a line for each data set.

    Parameters
    ----------
    data : Path
        Holds the data sets' folders.
    dataset : str, optional
        Only this one.
    say : callable
        Gets the lines.

    Raises
    ------
    RecordingError
        One cannot be read.
    """
    estimator = load_student(SHIPPED).estimator()
    say(
        "set               recordings  units  valid    scale found: same, off   upside down: same, off"
        "   light rises"
    )
    for name in (dataset,) if dataset else DATASETS:
        say(_line(name, [compare(estimator, recording) for recording in iter_dataset(name, data)]))


def _line(name: str, rows: list[Agreement]) -> str:
    table = np.array([dataclasses.astuple(row) for row in rows], dtype=np.float64)
    units, valid, found, found_off, turned, turned_off, rises = np.nanmean(table, axis=0)
    return (
        f"{name:18}{len(rows):10}{units:7.0%}{valid:7.1%}{found:16.1%}{found_off:6.2f} BPM"
        f"{turned:16.1%}{turned_off:6.2f} BPM{rises:10.0%}"
    )
