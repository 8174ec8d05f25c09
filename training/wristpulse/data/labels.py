# SPDX-License-Identifier: Apache-2.0
"""Reference heart rates of windows, from the labels that a recording was published with."""

from __future__ import annotations

import numpy as np

from wristpulse.core.numbers import RATE_HZ, WINDOW
from wristpulse.core.sensor import to_counts
from wristpulse.core.window import stream_windows, window_inputs
from wristpulse.recordings.recording import Recording

MOST_APART_S = 4.0  # neighbouring labels; published sets have one in 1 or 2 s


def between_labels(label_s: np.ndarray, hr: np.ndarray, at_s: np.ndarray) -> np.ndarray:
    """Labels hr (n,) of the times label_s (n,), n > 0, at other times: float64 (w,), linear between two.

    NaN before the first, after the last, and where the two are more than MOST_APART_S apart: a hole.
    """
    after = np.searchsorted(label_s, at_s).clip(1, max(len(label_s) - 1, 1))
    apart = label_s[np.minimum(after, len(label_s) - 1)] - label_s[after - 1] > MOST_APART_S
    bpm = np.interp(at_s, label_s, hr.astype(np.float64), left=np.nan, right=np.nan)
    return np.where(apart, np.nan, bpm)


def window_labels(recording: Recording, end_us: np.ndarray, aligned: bool) -> np.ndarray:
    """Reference BPM, float64 (w,), of windows that end at `end_us`; NaN where the recording has none.

    The published label, interpolated at the window's start; `aligned` shifts labels by the recording's clock
    offset.
    """
    if recording.hr is None or not len(recording.hr):
        return np.full(len(end_us), np.nan)
    at = np.asarray(recording.hr_start_s) + (recording.label_offset_s if aligned else 0.0)
    return between_labels(at, recording.hr, end_us * 1e-6 - WINDOW / RATE_HZ)


def labelled_windows(
    recording: Recording, aligned: bool, led: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs int8 (w, 4, 256), reference BPM float64 (w,) or NaN, and the windows' hops int64 (w,)."""
    windows = stream_windows(to_counts(recording, led))
    return window_inputs(windows.x), window_labels(recording, windows.end_us, aligned), windows.ends
