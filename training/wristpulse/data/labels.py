# SPDX-License-Identifier: Apache-2.0
"""Reference heart rates of windows, from the labels that a recording was published with."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float64, Int8, Int64, Num

from wristpulse.core.numbers import RATE_HZ, WINDOW
from wristpulse.core.sensor import to_counts
from wristpulse.core.window import stream_windows, window_inputs
from wristpulse.recordings.recording import Recording

MOST_APART_S = 4.0  # neighbouring labels; published sets have one in 1 or 2 s


def between_labels(
    label_s: Float64[np.ndarray, " n"], hr: Float[np.ndarray, " n"], at_s: Float64[np.ndarray, " w"]
) -> Float64[np.ndarray, " w"]:
    """Labels at other times than their own, linear between two.

    Parameters
    ----------
    label_s, hr : times (s, rising) and heart rates (BPM) of at least one label.
    at_s : times that are asked for, s.

    Returns
    -------
    BPM; NaN before the first label, after the last, and where the two around are more than MOST_APART_S
    apart: a hole.

    Examples
    --------
    >>> between_labels(np.array([0.0, 2.0, 9.0]), np.array([60.0, 70.0, 90.0]), np.array([1.0, 5.0, 9.5]))
    array([65., nan, nan])
    """
    after = np.searchsorted(label_s, at_s).clip(1, max(len(label_s) - 1, 1))
    apart = label_s[np.minimum(after, len(label_s) - 1)] - label_s[after - 1] > MOST_APART_S
    bpm = np.interp(at_s, label_s, hr.astype(np.float64), left=np.nan, right=np.nan)
    return np.where(apart, np.nan, bpm)


def window_labels(
    recording: Recording, end_us: Num[np.ndarray, " w"], aligned: bool
) -> Float64[np.ndarray, " w"]:
    """Reference BPM of windows; NaN where the recording has none.

    Parameters
    ----------
    recording : with labels or without.
    end_us : the windows' ends on the recording's clock, microseconds.
    aligned : shift labels by the recording's clock offset.

    Returns
    -------
    The published label, interpolated at each window's start.
    """
    if recording.hr is None or not len(recording.hr):
        return np.full(len(end_us), np.nan)
    at = np.asarray(recording.hr_start_s) + (recording.label_offset_s if aligned else 0.0)
    return between_labels(at, recording.hr, end_us * 1e-6 - WINDOW / RATE_HZ)


def labelled_windows(
    recording: Recording, aligned: bool, led: int | None = None
) -> tuple[Int8[np.ndarray, "w 4 256"], Float64[np.ndarray, " w"], Int64[np.ndarray, " w"]]:
    """The paper's network inputs of a recording's windows, with their labels.

    Parameters
    ----------
    recording : Recording
    aligned : bool
        Shift labels by the recording's clock offset.
    led : int, optional
        PPG channel; the recording's default channel if None.

    Returns
    -------
    inputs : ndarray, int8 (w, 4, 256)
        PPG and three axes of acceleration, 32 steps a standard deviation.
    bpm : ndarray, float64 (w,)
        Reference; NaN without one.
    hops : ndarray, int64 (w,)
        Index of each window's hop.

    Examples
    --------
    >>> from wristpulse.recordings.simulated.simulator import simulate
    >>> inputs, bpm, hops = labelled_windows(simulate(1, 60.0), aligned=True)
    >>> inputs.shape[1:], len(inputs) == len(bpm) == len(hops)
    ((4, 256), True)
    """
    windows = stream_windows(to_counts(recording, led))
    return window_inputs(windows.x), window_labels(recording, windows.end_us, aligned), windows.ends
