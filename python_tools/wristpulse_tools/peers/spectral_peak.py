# SPDX-License-Identifier: Apache-2.0
"""The floor that every method must beat: the highest peak of a window's PPG spectrum, without motion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wristpulse.recordings import WINDOW_S, Recording
from wristpulse.recordings.recording import window_starts
from wristpulse_tools.peers.estimates import Estimates

BAND_BPM = (40.0, 220.0)
STEP_BPM = 0.5  # of the zero-padded spectrum
TITLE = "spectral peak, one LED"


def estimate(ppg: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows of 8 s, one every 2 s: ends (s), BPM, and the peak's share of the power in the band, (n,) each.

    ppg: (samples,), any unit; fs: Hz. A line is taken off each window, then a Hann window put on.
    """
    starts = window_starts(len(ppg) / fs)
    size = round(WINDOW_S * fs)
    first = np.minimum(np.rint(starts * fs).astype(int), len(ppg) - size)
    windows = ppg.astype(np.float64)[first[:, None] + np.arange(size)]
    line = np.linspace(-1.0, 1.0, size)
    windows = windows - windows.mean(axis=1, keepdims=True)
    windows = windows - (windows @ line / (line @ line))[:, None] * line
    padded = max(size, round(60.0 * fs / STEP_BPM))
    power = np.abs(np.fft.rfft(windows * np.hanning(size), padded, axis=1)) ** 2
    bpm = 60.0 * np.fft.rfftfreq(padded, 1 / fs)
    inside = (bpm >= BAND_BPM[0]) & (bpm <= BAND_BPM[1])
    power, bpm = power[:, inside], bpm[inside]
    best = power.argmax(axis=1)
    share = power.max(axis=1) / np.maximum(power.sum(axis=1), np.finfo(float).tiny)
    return starts + WINDOW_S, bpm[best], share


def runs(recordings: Sequence[Recording]) -> list[Estimates]:
    """Runs over the recordings' default LED."""
    found = []
    for recording in recordings:
        end_s, bpm, share = estimate(recording.ppg[:, recording.led], recording.fs_ppg)
        found.append(Estimates(method=TITLE, recording=recording, end_s=end_s, bpm=bpm, certainty=share))
    return found
