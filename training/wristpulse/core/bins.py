# SPDX-License-Identifier: Apache-2.0
"""The bins of heart rate, which networks score and the tracker filters."""

from __future__ import annotations

import numpy as np

from wristpulse.core.numbers import BINS, BPM_PER_BIN, FIRST_BIN


def bin_bpm() -> np.ndarray:
    """Centres of the bins in BPM: float64 (104,), 30.0 to 223.125."""
    return BPM_PER_BIN * (FIRST_BIN + np.arange(BINS))
