# SPDX-License-Identifier: Apache-2.0
"""Heart rate from samples as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wristpulse.api.given.arrays import Series, acc_values, ppg_values, times_us
from wristpulse.api.given.units import AccUnit, Scale, counts, given_acc_scale, given_ppg_scale
from wristpulse.api.heart_rate import HeartRate, heart_rate
from wristpulse.core.estimator import Estimator
from wristpulse.core.live import LiveEstimator
from wristpulse.recordings.scale import SignalError, check_rate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Stream:
    """An estimate in progress; made by `WristStudent.stream`.

    Where chunks end makes no difference: the results of all updates together are those of
    `WristStudent.estimate` on the whole, bit for bit. Its memory does not grow.
    """

    def __init__(
        self,
        estimator: Estimator,
        *,
        fs_ppg: float | None,
        fs_acc: float | None,
        scale: Scale,
        acc_unit: AccUnit,
        led: int,
    ) -> None:
        self._live = LiveEstimator(estimator)
        self._clocks = {"ppg": _Clock("ppg", fs_ppg), "acc": _Clock("acc", fs_acc)}
        self._ppg_to, self._acc_to, self._led = given_ppg_scale(scale), given_acc_scale(acc_unit), led

    def update(
        self,
        ppg: ArrayLike,
        acc: ArrayLike,
        *,
        t_ppg: ArrayLike | None = None,
        t_acc: ArrayLike | None = None,
    ) -> HeartRate:
        """Take the next samples of both sensors, any number of each, none included.

        Parameters
        ----------
        ppg : array (n,) or (n, LEDs)
            In the unit that `scale` states.
        acc : array (m, 3)
            In the unit that `acc_unit` states, gravity included.
        t_ppg, t_acc : array (n,), array (m,)
            Times in seconds, if the stream was made without rates; they go on from the chunk before.

        Returns
        -------
        HeartRate
            The hops that these samples complete; often none.

        Raises
        ------
        SignalError
            As `wristpulse.estimate`, for this chunk; the stream stays as it was.

        Examples
        --------
        >>> import wristpulse as wp
        >>> recording = wp.simulate(seed=1, seconds=60)
        >>> stream = wp.load_student().stream(fs_ppg=64, fs_acc=32)
        >>> hops = 0
        >>> for second in range(60):
        ...     ppg = recording.ppg[64 * second : 64 * (second + 1)]
        ...     acc = recording.acc[32 * second : 32 * (second + 1)]
        ...     hops += len(stream.update(ppg, acc))
        >>> hops
        29
        """
        light = ppg_values(ppg, self._led) if np.size(ppg) else np.empty((0, 1))
        motion = acc_values(acc) if np.size(acc) else np.empty((0, 3))
        at_ppg = self._clocks["ppg"].times(t_ppg, len(light))
        at_acc = self._clocks["acc"].times(t_acc, len(motion))
        chunk = counts(
            Series(values=light, t_us=at_ppg, fs=None),
            Series(values=motion, t_us=at_acc, fs=None),
            self._ppg_to,
            self._acc_to,
        )
        for clock, t in (("ppg", at_ppg), ("acc", at_acc)):
            self._clocks[clock].note(t)
        return heart_rate(self._live.take(chunk), (self._ppg_to.why, self._acc_to.why))


class _Clock:
    """Times of one sensor's samples, int64 microseconds, from its rate or as they are given."""

    def __init__(self, array: str, fs: float | None) -> None:
        self._array, self._samples = array, 0
        self._last: int | None = None
        self._period_ns = None if fs is None else round(1e9 / check_rate(array, fs))

    def times(self, t: ArrayLike | None, samples: int) -> np.ndarray:
        if self._period_ns is not None:
            if t is not None:
                raise SignalError(f"t_{self._array}", "none: the stream has a rate", "times")
            return (self._samples + np.arange(samples, dtype=np.int64)) * self._period_ns // 1000
        if t is None:
            if samples:
                raise SignalError(f"t_{self._array}", "times in seconds: the stream has no rate", "none")
            return np.empty(0, np.int64)
        us = times_us(self._array, t, samples)
        if self._last is not None and len(us) and us[0] <= self._last:
            found = f"{us[0] * 1e-6:.6f} after {self._last * 1e-6:.6f}"
            raise SignalError(f"t_{self._array}", "times that increase from chunk to chunk", found)
        return us

    def note(self, us: np.ndarray) -> None:
        self._samples += len(us)
        self._last = int(us[-1]) if len(us) else self._last
