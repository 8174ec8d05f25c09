# SPDX-License-Identifier: Apache-2.0
"""Windows of a recording that is played faster or slower, and their labels: examples of other heart rates."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from wristpulse.core.numbers import RATE_HZ, WINDOW
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.window import Windows, stream_windows
from wristpulse.data.labels import between_labels
from wristpulse.recordings.recording import Recording

TAUGHT_BPM = (35.0, 215.0)  # labels whose soft label lies within the bins


def stretched_windows(
    recording: Recording, led: int | None, stretch: float, aligned: bool, lead_s: float = 0.0
) -> tuple[Windows, Float64[np.ndarray, " w"]]:
    """Cut windows of one PPG channel that is played faster or slower.

    Parameters
    ----------
    recording : Recording
    led : int or None
        The channel; None: the recording's own.
    stretch : float
        How many times as fast.
    aligned : bool
        Correct the labels by the recording's offset.
    lead_s : float
        Seconds by which the labels are later than the windows' middles.

    Returns
    -------
    windows : Windows
    bpm : ndarray, float64 (w,)
        Labels times the stretch; NaN where there is none.
    """
    stream = to_counts(recording, led)
    t_ppg, t_acc = ((t / stretch).astype(np.int64) for t in (stream.t_ppg_us, stream.t_acc_us))
    windows = stream_windows(SensorStream(stream.ppg, t_ppg, stream.acc, t_acc))
    bpm = np.full(len(windows), np.nan)
    if recording.hr is not None and len(recording.hr):
        half = WINDOW / RATE_HZ / 2
        middle = recording.hr_start_s + half + (recording.label_offset_s if aligned else 0.0)
        at = (windows.end_us * 1e-6 - half + lead_s) * stretch
        bpm = between_labels(middle, recording.hr, at) * stretch
    return windows, bpm
