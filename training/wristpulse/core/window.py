# SPDX-License-Identifier: Apache-2.0
"""From sensor samples to network windows: docs/signal_path.md, sections 2 to 4, in numpy integers.

zephyr_app/core does the same in C, sample by sample; both give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wristpulse.core.align import Hops, align, no_contact
from wristpulse.core.integer import isqrt, round_div
from wristpulse.core.numbers import ACC_FLOOR, HOPS_PER_WINDOW, INPUT_STEPS, PPG_FLOOR, WINDOW
from wristpulse.core.sensor import SensorStream


def window_ends(hops: Hops) -> np.ndarray:
    """Indices, int64 (w,), of the hops that complete a window of four contiguous hops with contact."""
    away = no_contact(hops)
    n = np.arange(len(hops))
    # A hop without contact empties the window after itself, a discontinuous one before itself.
    start = np.maximum.accumulate(np.where(away, n + 1, np.where(hops.discontinuous, n, 0)))
    return np.flatnonzero(n - start >= HOPS_PER_WINDOW - 1)


def windows(hops: Hops, ends: np.ndarray) -> np.ndarray:
    """The last four hops up to each of `ends`: int64 (w, 4, 256), channels PPG, X, Y, Z."""
    index = ends[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1)
    ppg = hops.ppg[index].reshape(-1, 1, WINDOW)
    acc = hops.acc[index].reshape(-1, WINDOW, 3).transpose(0, 2, 1)
    return np.concatenate([ppg.astype(np.int64), acc], axis=1)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The windows of a stream.

    hops: all hops of the stream; ends: int64 (w,), the hop that completes each window; x: int64 (w, 4, 256),
    channels PPG (1/16 counts), X, Y, Z (1/4096 g).
    """

    hops: Hops
    ends: np.ndarray
    x: np.ndarray

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def end_us(self) -> np.ndarray:
        """Time of each window's end, int64 (w,), microseconds."""
        return self.hops.end_us[self.ends]


def stream_windows(stream: SensorStream) -> Windows:
    """Align a stream and cut it into windows: every hop that completes one, 8 s every 2 s."""
    hops = align(stream)
    ends = window_ends(hops)
    return Windows(hops=hops, ends=ends, x=windows(hops, ends))


def _deviations(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    d = x - (x.sum(axis=-1, keepdims=True) >> 8)
    r_ppg = np.maximum(isqrt((d[:, 0] ** 2).sum(axis=-1)), PPG_FLOOR)
    r_acc = np.maximum(isqrt((d[:, 1:] ** 2).sum(axis=(-2, -1))), ACC_FLOOR)
    return d, r_ppg, r_acc


def motion(x: np.ndarray) -> np.ndarray:
    """r_acc of windows (w, 4, 256): int64 (w,), 16 standard deviations in 1/4096 g, at least ACC_FLOOR."""
    return _deviations(x)[2]


def window_inputs(x: np.ndarray) -> np.ndarray:
    """Network input of windows (w, 4, 256): int8 alike, 32 steps a standard deviation, zero point 0."""
    d, r_ppg, r_acc = _deviations(x)
    r = np.stack([r_ppg, r_acc, r_acc, r_acc], axis=1)[:, :, None]
    return np.clip(round_div(16 * INPUT_STEPS * d, r), -128, 127).astype(np.int8)


def device_order(inputs: np.ndarray) -> np.ndarray:
    """Window inputs int8 (w, 4, 256) as the device's buffer holds them: int8 (w, 1024), PPG, then ACC
    interleaved.
    """
    return np.concatenate([inputs[:, 0], inputs[:, 1:].transpose(0, 2, 1).reshape(len(inputs), -1)], axis=1)
