# SPDX-License-Identifier: Apache-2.0
"""Reference heart rate of 8 s windows from ECG beats or from the ECG itself."""

import numpy as np
from jaxtyping import Float32, Num

from wristpulse.recordings.recording import WINDOW_S, plausible

# BPM. Of two beats: a missed one halves the rate, and 40 BPM is about half of a rest's.
BEAT_RANGE = (40.0, 200.0)


def beat_rate(
    times: Num[np.ndarray, " beats"], rates: Num[np.ndarray, " beats"], starts: Num[np.ndarray, " w"]
) -> Float32[np.ndarray, " w"]:
    """Mean instantaneous heart rate over the beats of each 8 s window.

    Beats outside 40 to 200 BPM are glitches and left out.

    Parameters
    ----------
    times : ndarray (beats,)
        Seconds, increasing.
    rates : ndarray (beats,)
        BPM at each beat.
    starts : ndarray (w,)
        Seconds; the windows' starts.

    Returns
    -------
    ndarray, float32 (w,)
        BPM; NaN where fewer than half of the beats that the rate implies were found: the ECG was lost.

    Examples
    --------
    >>> times = np.arange(0, 10, 0.5)
    >>> beat_rate(times, np.full(20, 120.0), np.array([0.0, 8.0]))
    array([120.,  nan], dtype=float32)
    """
    good = (rates >= BEAT_RANGE[0]) & (rates <= BEAT_RANGE[1])
    times, rates = times[good], rates[good]
    first, last = np.searchsorted(times, starts), np.searchsorted(times, starts + WINDOW_S)
    count = last - first
    total = np.concatenate([[0.0], np.cumsum(rates)])
    mean = (total[last] - total[first]) / np.maximum(count, 1)
    return plausible(np.where((count > 0) & (count >= 0.5 * mean * WINDOW_S / 60), mean, np.nan))


def interval_rate(
    beats: Num[np.ndarray, " beats"], starts: Num[np.ndarray, " w"]
) -> Float32[np.ndarray, " w"]:
    """Heart rate of each 8 s window: 60 over the mean interval of the beats within it.

    An interval that departs by more than a quarter from the window's median is a missed or a false beat and
    left out.

    Parameters
    ----------
    beats : ndarray (beats,)
        Their times in seconds, increasing.
    starts : ndarray (w,)
        Seconds; the windows' starts.

    Returns
    -------
    ndarray, float32 (w,)
        BPM; NaN where the intervals that stay cover less than half of the window.

    Examples
    --------
    >>> interval_rate(np.arange(0, 10, 0.8), np.array([0.0]))
    array([75.], dtype=float32)
    """
    first, last = np.searchsorted(beats, starts), np.searchsorted(beats, starts + WINDOW_S)
    rates = np.full(len(starts), np.nan)
    for window, (i, j) in enumerate(zip(first, last, strict=True)):
        intervals = np.diff(beats[i:j])
        if len(intervals):
            usual = np.median(intervals)
            good = intervals[np.abs(intervals - usual) <= 0.25 * usual]
            if good.sum() >= WINDOW_S / 2:
                rates[window] = 60 / good.mean()
    return plausible(rates)


def ecg_rate(
    ecg: Num[np.ndarray, " n"], fs: float, starts: Num[np.ndarray, " w"]
) -> Float32[np.ndarray, " w"]:
    """Heart rate of each 8 s window from one ECG lead.

    Beats by SleepECG's detector (Pan, Tompkins, IEEE Trans. Biomed. Eng. 32(3):230-236, 1985). An
    interval that departs by more than a quarter from the median of its eight neighbours and itself is a
    missed or a false beat and left out.

    Parameters
    ----------
    ecg : ndarray (n,)
        Any unit.
    fs : float
        Hz.
    starts : ndarray (w,)
        Seconds; the windows' starts.

    Returns
    -------
    ndarray, float32 (w,)
        BPM; NaN where `beat_rate` gives none.
    """
    from sleepecg import detect_heartbeats  # half a second to import, and only WESAD needs it

    ecg = np.asarray(ecg, dtype=np.float64)
    beats = np.empty(0, int)
    if np.ptp(ecg) > 0:  # the detector rejects a dead lead
        beats = np.asarray(detect_heartbeats(ecg, fs))
    if len(beats) < 2:
        return np.full(len(starts), np.nan, dtype=np.float32)
    times = beats / fs
    rates = 60 / np.diff(times)
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(rates, 4, mode="reflect" if len(rates) > 4 else "edge"), 9
    )
    usual = np.median(around, axis=1)
    good = np.abs(rates - usual) <= 0.25 * usual
    return beat_rate(times[1:][good], rates[good], starts)
