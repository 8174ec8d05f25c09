# SPDX-License-Identifier: Apache-2.0
"""The bins of heart rate, which networks score and the tracker filters."""

from __future__ import annotations

import numpy as np

BINS = 104
FIRST_BIN = 16
BPM_PER_BIN = 1.875  # 1/32 Hz


def bin_bpm() -> np.ndarray:
    """Centres of the bins in BPM: float64 (104,), 30.0 to 223.125."""
    return BPM_PER_BIN * (FIRST_BIN + np.arange(BINS))
