# SPDX-License-Identifier: Apache-2.0
"""A wrist at rest as plain arrays: what a test needs of a signal without any simulator."""

import numpy as np

BPM = 72.0


def ppg(seconds: float = 30.0, fs: float = 64.0, level: float = 100_000.0) -> np.ndarray:
    """Light that falls by 2 % with each beat, in counts, float64 (n,).

    72 BPM, 3 more and less with each breath of 4 s, and 1.2 within 25 s: an exact rate is a lamp's.
    """
    t = np.arange(round(seconds * fs)) / fs
    breath, slow = 2 * np.pi / 4, 2 * np.pi / 25
    phase = 2 * np.pi / 60 * (BPM * t - 3 / breath * np.cos(breath * t) - 1.2 / slow * np.cos(slow * t))
    beat = np.sin(phase) + 0.4 * np.sin(2 * phase + 1)
    noise = np.random.default_rng(1).normal(0, 0.02, len(t))
    return np.round(level * (1 - 0.01 * (beat + noise)))


def acc(seconds: float = 30.0, fs: float = 32.0) -> np.ndarray:
    """Gravity along an oblique axis and a little noise, in g, float64 (m, 3)."""
    noise = np.random.default_rng(2).normal(0, 0.004, (round(seconds * fs), 3))
    return np.array([0.36, -0.48, 0.8]) + noise
