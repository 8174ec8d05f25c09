# SPDX-License-Identifier: Apache-2.0
"""Samples with times, cut into what a recording of fixed rates can hold."""

from dataclasses import dataclass

import numpy as np

from wristpulse.core.sensor import SensorStream
from wristpulse.recordings import WINDOW_S
from wristpulse.support.errors import UserError

GAP = 1.5  # sample periods: a longer step means that samples are missing
JITTER = 0.5  # of a period: a time further off the fitted rate is not of a fixed rate


class RecordError(UserError):
    """A stream that makes no recording: what was expected, what came."""


@dataclass(frozen=True)
class Gaps:
    """Where samples are missing from times: indices of the samples after them, and how many there are."""

    period_us: float  # median step
    after: np.ndarray
    missing: int


def gaps(t_us: np.ndarray) -> Gaps:
    """Where steps between times are longer than GAP periods, or go back; those count as none missing."""
    steps = np.diff(t_us)
    period = float(np.median(steps)) if len(steps) else 0.0
    odd = np.flatnonzero((steps > GAP * period) | (steps <= 0))
    missing = np.rint(steps[odd] / period).astype(int) - 1 if period > 0 else np.zeros(0, int)
    return Gaps(period, odd + 1, int(np.maximum(missing, 0).sum()))


def stretches(stream: SensorStream) -> list[SensorStream]:
    """The parts of a stream without a gap in either sensor and of a window's length (8 s), in order.

    Each starts with samples of both sensors at most half a period apart.
    """
    found, ppg, acc = [], gaps(stream.t_ppg_us), gaps(stream.t_acc_us)
    slack = max(ppg.period_us, acc.period_us)
    acc_runs = np.split(np.arange(len(stream.t_acc_us)), acc.after)
    for p in np.split(np.arange(len(stream.t_ppg_us)), ppg.after):
        for a in acc_runs:
            if len(p) == 0 or len(a) == 0:
                continue
            t_p, t_a = stream.t_ppg_us[p], stream.t_acc_us[a]
            start, end = max(t_p[0], t_a[0]), min(t_p[-1], t_a[-1])
            kept_p = p[(t_p >= start - ppg.period_us / 2) & (t_p <= end + slack)]
            kept_a = a[(t_a >= start - acc.period_us / 2) & (t_a <= end + slack)]
            if min(len(kept_p) * ppg.period_us, len(kept_a) * acc.period_us) >= WINDOW_S * 1e6:
                found.append(
                    SensorStream(
                        stream.ppg[kept_p],
                        stream.t_ppg_us[kept_p],
                        stream.acc[kept_a],
                        stream.t_acc_us[kept_a],
                    )
                )
    return found


def mean_rate_hz(first_us: int, last_us: int, samples: int) -> float:
    """Rate of so many samples between two times, for display; 0 where there is no telling yet."""
    return (samples - 1) * 1e6 / (last_us - first_us) if samples > 1 and last_us > first_us else 0.0


def rate_hz(name: str, t_us: np.ndarray) -> float:
    """Rate of a line through times, to a nanosecond of its period. RecordError if they do not keep to it."""
    index = np.arange(len(t_us)) - (len(t_us) - 1) / 2
    off = (t_us - t_us[0]).astype(np.float64)
    period = float(index @ (off - off.mean()) / (index @ index))
    worst = float(np.abs(off - off.mean() - index * period).max())
    if worst > JITTER * period:
        expected = f"a fixed rate, each within half a period ({period / 2:.0f} us) of it"
        raise RecordError(name, "times", expected, f"one {worst:.0f} us off")
    return 1e9 / round(period * 1000)
