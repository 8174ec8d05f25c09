# SPDX-License-Identifier: Apache-2.0
"""The power policy, bit for bit as zephyr_app/core/src/policy.c."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool

from wristpulse.core.align import Hops
from wristpulse.core.numbers import CALM_Q15, HOP, MOVING, POLICY_ROWS, PolicyRow


def moving(hops: Hops) -> Bool[np.ndarray, " n"]:
    """Whether a hop holds motion of 0.04 g root mean square or more.

    Parameters
    ----------
    hops : Hops
        n hops; acc in 1/4096 g.

    Returns
    -------
    bool (n,)
        64 sum(a^2) - (sum a)^2, summed over the axes, is MOVING or more: 64^2 times the axes' summed
        variance.

    Examples
    --------
    >>> from wristpulse.core.align import align
    >>> from wristpulse.core.sensor import SensorStream
    >>> t = np.arange(300) * 20_000
    >>> acc = np.zeros((300, 3), np.int16)
    >>> acc[150:, 2] = 600 * np.sin(np.arange(150) / 4)  # the second hop shakes
    >>> moving(align(SensorStream(np.full(300, 100_000, np.uint32), t, acc, t))).tolist()
    [False, True]
    """
    acc = hops.acc.astype(np.int64)
    power = HOP * (acc**2).sum(axis=1) - acc.sum(axis=1) ** 2
    return power.sum(axis=1) >= MOVING


@dataclass
class Policy:
    """Which hops the network runs on; `rows` keeps the row in force at each hop that had a full window.

    Examples
    --------
    >>> policy = Policy()
    >>> ran = []
    >>> for _ in range(9):  # a confident wrist at rest
    ...     ran.append(not policy.skips(moving=False))
    ...     if ran[-1]:
    ...         policy.note(valid=True, confidence=32768, moving=False)
    >>> ran
    [True, True, True, True, True, False, True, False, True]
    """

    calm: int = 0
    since: int = 0
    inferences: int = 0
    rows: list[PolicyRow] = field(default_factory=list)

    def reset(self) -> None:
        """The window was emptied."""
        self.calm = self.since = 0

    def row(self) -> PolicyRow:
        """Give the row in force.

        Returns
        -------
        PolicyRow
        """
        return [row for row in POLICY_ROWS if self.calm >= row.calm_hops][-1]

    def skips(self, moving: bool | np.bool_) -> bool:
        """Before a hop's inference: whether to do without it.

        Parameters
        ----------
        moving : bool
            Of the hop, as `moving` says; motion brings the full rate back at once.

        Returns
        -------
        bool
            True: hold the latest result. The row in force is added to `rows`.
        """
        if moving:
            self.calm = 0
        self.rows.append(self.row())
        if self.since == 0 or self.since >= self.row().every:
            return False
        self.since += 1
        self.calm += 1
        return True

    def note(self, valid: bool, confidence: int, moving: bool | np.bool_) -> None:
        """After an inference: what it found.

        Parameters
        ----------
        valid : bool
            The result's state is VALID.
        confidence : int
            Q15; CALM_Q15 or more at rest counts towards a slower row.
        moving : bool
            Of the hop, as `moving` says.
        """
        self.since = 1
        self.inferences += 1
        self.calm = self.calm + 1 if valid and confidence >= CALM_Q15 and not moving else 0
