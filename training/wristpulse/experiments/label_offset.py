# SPDX-License-Identifier: Apache-2.0
"""By how much the reference's clock differs from the sensor's: where PPG has most power at the labelled rate.

invoke label-offset --data DIR [--dataset bami1]
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from wristpulse.recordings import Recording, iter_dataset
from wristpulse.recordings.recording import WINDOW_S

STEP_S = 0.25
SHIFTS_S = np.arange(-10.0, 20.0 + STEP_S, STEP_S)
NEAR_BPM = 3.0  # of the label
BAND_BPM = (40.0, 220.0)
AS_GOOD = 0.99  # of the greatest share: shifts that the recording cannot tell from the best


def power_at_label(recording: Recording) -> Float64[np.ndarray, " shifts"]:
    """Mean share of PPG power near the labelled heart rate, by shift of the labels.

    Spectra of 8 s under a Hann window, all LEDs' mean; windows that a shift moves out of the recording do not
    count.

    Parameters
    ----------
    recording : Recording
        With labels.

    Returns
    -------
    float64 (len(SHIFTS_S),)
        0 to 1, of the power in BAND_BPM, within NEAR_BPM; NaN where no window is left.
    """
    fs, length = recording.fs_ppg, round(WINDOW_S * recording.fs_ppg)
    frequency = np.fft.rfftfreq(4 * length, 1 / fs) * 60
    band = (frequency > BAND_BPM[0]) & (frequency < BAND_BPM[1])
    light = recording.ppg.mean(axis=1)
    count = int(((len(light) - length) / fs) // STEP_S) + 1
    first = np.round(np.arange(count) * STEP_S * fs).astype(int)
    x = light[first[:, None] + np.arange(length)]
    x = (x - x.mean(axis=1, keepdims=True)) * np.hanning(length)
    power = np.abs(np.fft.rfft(x, 4 * length)[:, band]) ** 2
    power /= power.sum(axis=1, keepdims=True)
    assert recording.hr is not None
    labelled = np.isfinite(recording.hr)
    near = np.abs(frequency[band] - recording.hr[labelled, None]) < NEAR_BPM
    at = np.round(recording.hr_start_s[labelled] / STEP_S).astype(int)
    share = np.full(len(SHIFTS_S), np.nan)
    for n, shift in enumerate(np.round(SHIFTS_S / STEP_S).astype(int)):
        inside = (at + shift >= 0) & (at + shift < count)
        if inside.any():
            share[n] = (power[at[inside] + shift] * near[inside]).sum(axis=1).mean()
    return share


def as_good(share: Float64[np.ndarray, " shifts"]) -> tuple[float, float, float]:
    """The best shift, and the span around it that the recording cannot tell from it.

    Parameters
    ----------
    share : float64 (len(SHIFTS_S),)
        Of `power_at_label`, not all NaN.

    Returns
    -------
    best, low, high : float
        Seconds; from low to high all shares are AS_GOOD of the best or better.

    Examples
    --------
    >>> share = np.exp(-np.abs(SHIFTS_S - 2.0))
    >>> share[np.abs(SHIFTS_S - 2.0) <= 0.5] = 1.0
    >>> tuple(float(s) for s in as_good(share))
    (1.5, 1.5, 2.5)
    """
    best = int(np.nanargmax(share))
    good = share >= AS_GOOD * share[best]
    low, high = best, best
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(share) - 1 and good[high + 1]:
        high += 1
    return SHIFTS_S[best], SHIFTS_S[low], SHIFTS_S[high]


def report(dataset: str, data: Path | None, say: Callable[[str], None] = print, **options: float) -> None:
    """Print a line for each labelled recording of a data set.

    Parameters
    ----------
    dataset : str
    data : Path or None
        As `iter_dataset` takes them.
    say : callable
        Gets the lines.
    **options
        Of the simulator, as `iter_dataset` takes them.

    Raises
    ------
    RecordingError
        A recording cannot be read.
    """
    say("recording         taken   best   as good, s        share of power: taken, best")
    for recording in iter_dataset(dataset, data, **options):
        if recording.hr is not None and np.isfinite(recording.hr).any():
            say(_line(recording))


def _line(recording: Recording) -> str:
    share = power_at_label(recording)
    best, low, high = as_good(share)
    taken = float(np.interp(recording.label_offset_s, SHIFTS_S, share))
    return (
        f"{recording.name:16}{recording.label_offset_s:7.1f}{best:7.2f}{low:8.2f} to {high:5.2f}"
        f"{taken:14.3f}{np.nanmax(share):9.3f}"
    )
