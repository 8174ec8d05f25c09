# SPDX-License-Identifier: Apache-2.0
"""Reasons to doubt a confident value: lamps, doubled slow hearts, cadence; docs/signal_path.md, section 8a.

zephyr_app/core/src/doubt.c does the same; both give the same bits. Needs the spectral front end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int8, Int64

from wristpulse.core.integer import round_div
from wristpulse.core.numbers import (
    BIN_Q8,
    BINS,
    DOUBT_ALIBI_HOPS,
    DOUBT_JUMP_Q8,
    DOUBT_MOTION,
    DOUBT_SIDE,
    DOUBT_STEADY_HOPS,
    DOUBT_STEADY_Q8,
    DOUBT_THRICE,
    DOUBT_TWICE,
    FIRST_BIN,
)

PPG, ACC, MOTION = 0, 2, 4  # of a bin's features


class Doubt:
    """What is remembered from hop to hop.

    Examples
    --------
    A line as narrow as the window allows, at rest:

    >>> features = np.full((104, 5), -128, np.int8)
    >>> features[30:35, 0] = 0, 80, 127, 80, 0
    >>> Doubt().hop(features, 48 * 480, at_rest=True, valid=True)
    True
    """

    def __init__(self) -> None:
        self.break_off()

    def break_off(self) -> None:
        """What comes next does not follow."""
        self._steady: list[int] = []  # rates of the latest hops at rest
        self._before = self._clear = 0
        self._alibi = False

    def hop(self, features: Int8[np.ndarray, "104 5"], bpm_q8: int, at_rest: bool, valid: bool) -> bool:
        """Whether not to believe an estimate; once a hop on which the network ran, in their order.

        Parameters
        ----------
        features : int8 (104, 5)
            `hop_features` of the newest window: value - 128 of PPG, PPG at twice the bin, ACC, ACC at twice,
            motion.
        bpm_q8 : int
            The estimate, 1/256 BPM.
        at_rest : bool
            The window's motion is at its floor. At rest lamps and doubled slow hearts are looked for, in
            motion cadence.
        valid : bool
            The estimate would be shown. Enough of these in a row, before it coincides with the motion, let it
            pass as a heart rate that was there before the cadence.

        Returns
        -------
        bool
            True: the confidence is to be held at DOUBT_Q15 or below.
        """
        v = features.astype(np.int64) + 128
        coincides = not at_rest and _is_cadence(v, bpm_q8)
        self._note(bpm_q8, coincides, valid)
        if not at_rest:
            self._steady = []
            return coincides and not self._alibi
        self._steady = [*self._steady, bpm_q8][-DOUBT_STEADY_HOPS:]
        return _is_doubled(v, bpm_q8) or self._is_lamp(v, bpm_q8)

    def _note(self, bpm_q8: int, coincides: bool, valid: bool) -> None:
        """An estimate that was there before it coincided with the motion has an alibi."""
        if abs(bpm_q8 - self._before) > DOUBT_JUMP_Q8:
            self._clear, self._alibi = 0, False
        self._before = bpm_q8
        if coincides:
            self._clear = 0
        elif valid:
            self._clear = min(self._clear + 1, DOUBT_ALIBI_HOPS)
        self._alibi |= self._clear >= DOUBT_ALIBI_HOPS

    def _is_lamp(self, v: np.ndarray, bpm_q8: int) -> bool:
        """No heart beats so evenly: the rate stands still, for long or from the start with a pure line."""
        if max(self._steady) - min(self._steady) > DOUBT_STEADY_Q8:
            return False
        return len(self._steady) == DOUBT_STEADY_HOPS or _is_pure(v, bpm_q8)


def _at(v: np.ndarray, row: int, bpm_q8: int, times: int = 1, by: int = 1) -> int:
    """The largest feature within a bin of the rate times `times` / `by`; 0 beyond the bins."""
    middle = int(round_div(np.asarray(times * bpm_q8), by * BIN_Q8)) - FIRST_BIN
    near = v[max(0, middle - 1) : max(0, middle + 2), row]
    return int(near.max(initial=0))


def _is_pure(v: np.ndarray, bpm_q8: int) -> bool:
    """The light's line is no wider than the window's: hardly anything 8 to 12 bins beside it."""
    middle = int(round_div(np.asarray(bpm_q8), BIN_Q8)) - FIRST_BIN
    beside = [middle + side * d for d in range(8, 13) for side in (-1, 1)]
    side = max(int(v[b, PPG]) for b in beside if 0 <= b < BINS)
    return 64 * side <= DOUBT_SIDE * _at(v, PPG, bpm_q8)


def _is_doubled(v: np.ndarray, bpm_q8: int) -> bool:
    """Light at half the rate and at three halves of it: a slow heart, read double."""
    own, half = _at(v, PPG, bpm_q8), _at(v, PPG, bpm_q8, 1, 2)
    return 10 * half >= 7 * own and 2 * _at(v, PPG, bpm_q8, 3, 2) >= own


def _is_cadence(v: Int64[np.ndarray, "104 5"], bpm_q8: int) -> bool:
    """The rate is twice or three times the arm's, which both arm and light also show at lower multiples."""
    if v[0, MOTION] <= DOUBT_MOTION:
        return False

    def acc(times: int, by: int) -> int:
        return _at(v, ACC, bpm_q8, times, by)

    def ppg(times: int, by: int) -> int:
        return _at(v, PPG, bpm_q8, times, by)

    twice = (acc(1, 1), acc(1, 2), ppg(1, 2))
    thrice = (acc(2, 3), acc(1, 3), ppg(2, 3), ppg(1, 3))
    return _above(twice, DOUBT_TWICE) or _above(thrice, DOUBT_THRICE)


def _above(values: Sequence[int], limits: Sequence[int]) -> bool:
    return all(value > limit for value, limit in zip(values, limits, strict=True))
