# SPDX-License-Identifier: Apache-2.0
"""The bins of heart rate, which networks score and the tracker filters."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from wristpulse.core.numbers import BINS, BPM_PER_BIN, FIRST_BIN


def bin_bpm() -> Float64[np.ndarray, "104"]:
    """Centres of the heart-rate bins.

    Returns
    -------
    ndarray, float64 (104,)
        BPM.

    Examples
    --------
    >>> bin_bpm()[[0, 1, -1]].tolist()
    [30.0, 31.875, 223.125]
    """
    return BPM_PER_BIN * (FIRST_BIN + np.arange(BINS))
