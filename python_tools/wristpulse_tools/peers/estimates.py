# SPDX-License-Identifier: Apache-2.0
"""What a method made of a recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wristpulse.recordings import HOP_S, WINDOW_S, Recording

FRAMES = 7  # of 8 s, 2 s apart, that BeliefPPG sees; its estimate is of the last
FIRST_END_S = (FRAMES - 1) * HOP_S + WINDOW_S  # of BeliefPPG's first estimate; nobody is scored before


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """Estimates of one method on one recording, a value every 2 s.

    Attributes
    ----------
    end_s
        Ends of the windows, seconds on the recording's clock, (n,).
    bpm
        (n,), NaN where there is none.
    certainty
        (n,), the higher the surer, comparable within a method only.
    valid
        bool (n,), which values the method itself would show, or None if it does not say.
    """

    method: str
    recording: Recording
    end_s: np.ndarray
    bpm: np.ndarray
    certainty: np.ndarray
    valid: np.ndarray | None = None
    knows: Callable[[Recording], bool] = lambda _: False  # whether the method learnt from the person
