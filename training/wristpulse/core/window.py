# SPDX-License-Identifier: Apache-2.0
"""From sensor samples to network windows: docs/signal_path.md, sections 2 to 4, in numpy integers.

zephyr_app/core does the same in C, sample by sample; both give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int8, Int64

from wristpulse.core.align import Hops, align, no_contact
from wristpulse.core.integer import isqrt, round_div
from wristpulse.core.numbers import (
    ACC_FLOOR,
    BASELINE_REACH,
    HOPS_PER_WINDOW,
    INPUT_STEPS,
    PPG_FLOOR,
    WINDOW,
)
from wristpulse.core.sensor import SensorStream


def window_ends(hops: Hops) -> Int64[np.ndarray, " w"]:
    """Find the hops that complete a window of four contiguous hops with contact.

    Parameters
    ----------
    hops : Hops

    Returns
    -------
    ndarray, int64 (w,)
        Indices of hops.
    """
    away = no_contact(hops)
    n = np.arange(len(hops))
    # A hop without contact empties the window after itself, a discontinuous one before itself.
    start = np.maximum.accumulate(np.where(away, n + 1, np.where(hops.discontinuous, n, 0)))
    return np.flatnonzero(n - start >= HOPS_PER_WINDOW - 1)


def windows(hops: Hops, ends: Int64[np.ndarray, " w"]) -> Int64[np.ndarray, "w 4 256"]:
    """Cut windows: the last four hops up to each of `ends`.

    Parameters
    ----------
    hops : Hops
    ends : ndarray, int64 (w,)
        As of `window_ends`.

    Returns
    -------
    ndarray, int64 (w, 4, 256)
        Channels PPG (1/16 counts), X, Y, Z (1/4096 g).
    """
    index = ends[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1)
    ppg = hops.ppg[index].reshape(-1, 1, WINDOW)
    acc = hops.acc[index].reshape(-1, WINDOW, 3).transpose(0, 2, 1)
    return np.concatenate([ppg.astype(np.int64), acc], axis=1)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The windows of a stream.

    Attributes
    ----------
    hops
        All hops of the stream.
    ends
        The hop that completes each window.
    x
        Channels PPG (1/16 counts), X, Y, Z (1/4096 g).
    """

    hops: Hops
    ends: Int64[np.ndarray, " w"]
    x: Int64[np.ndarray, "w 4 256"]

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def end_us(self) -> Int64[np.ndarray, " w"]:
        """Time of each window's end, microseconds."""
        return self.hops.end_us[self.ends]


def stream_windows(stream: SensorStream) -> Windows:
    """Align a stream and cut it into windows: 8 s every 2 s, one for each hop that completes one.

    Parameters
    ----------
    stream : SensorStream

    Returns
    -------
    Windows
        w may be 0: the stream is too short, or has no contact for 8 s on end.

    Examples
    --------
    >>> t = np.arange(600) * 20_000  # 12 s at 50 Hz
    >>> light, still = np.full(600, 100_000, np.uint32), np.tile(np.array([0, 0, 4096], np.int16), (600, 1))
    >>> windows = stream_windows(SensorStream(light, t, still, t))
    >>> windows.x.shape, windows.end_us.tolist()
    ((2, 4, 256), [8125000, 10125000])
    """
    hops = align(stream)
    ends = window_ends(hops)
    return Windows(hops=hops, ends=ends, x=windows(hops, ends))


def band_passed(ppg: Int64[np.ndarray, "w 256"]) -> Int64[np.ndarray, "w 256"]:
    """Remove the baseline and the fast noise of windows' PPG.

    From each frame the mean of the frames within `BASELINE_REACH` of it, as far as the window goes, is
    subtracted. Then three neighbours are averaged with the weights 1, 2, 1. The band is 0.5 to 5.5 Hz
    (-3 dB), and within 2 dB from 0.6 to 5 Hz.

    Parameters
    ----------
    ppg : ndarray, int64 (w, 256)

    Returns
    -------
    ndarray, int64 (w, 256)
        In the unit of `ppg`.

    Examples
    --------
    >>> band_passed(np.arange(256)[None])[0, 100:103].tolist()  # a steady slope is a baseline
    [0, 0, 0]
    """
    n = np.arange(WINDOW)
    first, end = np.maximum(n - BASELINE_REACH, 0), np.minimum(n + BASELINE_REACH + 1, WINDOW)
    sums = np.concatenate([np.zeros((len(ppg), 1), np.int64), np.cumsum(ppg, axis=1)], axis=1)
    d = np.pad(ppg - (sums[:, end] - sums[:, first]) // (end - first), ((0, 0), (1, 1)), "edge")
    return (d[:, :-2] + 2 * d[:, 1:-1] + d[:, 2:] + 2) >> 2


def _acceleration(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    d = x[:, 1:] - (x[:, 1:].sum(axis=-1, keepdims=True) >> 8)
    return d, np.maximum(isqrt((d**2).sum(axis=(-2, -1))), ACC_FLOOR)


def motion(x: Int64[np.ndarray, "w 4 256"]) -> Int64[np.ndarray, " w"]:
    """Motion of windows, r_acc: 16 standard deviations of the acceleration, at least ACC_FLOOR.

    Parameters
    ----------
    x : ndarray, int64 (w, 4, 256)
        As of `windows`.

    Returns
    -------
    ndarray, int64 (w,)
        1/4096 g.

    Examples
    --------
    >>> motion(np.zeros((1, 4, 256), np.int64)).tolist()  # a wrist at rest
    [2621]
    """
    return _acceleration(x)[1]


def window_inputs(x: Int64[np.ndarray, "w 4 256"]) -> Int8[np.ndarray, "w 4 256"]:
    """Network inputs of windows: 32 steps a standard deviation, zero point 0.

    d is `band_passed` PPG, or an axis minus its mean. r is 16 standard deviations, of the three axes
    together, with a floor. An input is

        clip(round(512 d / r), -128, 127)

    Parameters
    ----------
    x : int64 (w, 4, 256)
        PPG (1/16 counts), X, Y, Z (1/4096 g).

    Returns
    -------
    int8 (w, 4, 256)

    Examples
    --------
    >>> x = np.zeros((1, 4, 256), np.int64)
    >>> x[0, 0] = 1000 * np.sin(np.arange(256) / 4)
    >>> window_inputs(x)[0, 0, 100:104].tolist()
    [-6, 5, 16, 26]
    """
    ppg, (acc, r_acc) = band_passed(x[:, 0]), _acceleration(x)
    r_ppg = np.maximum(isqrt((ppg**2).sum(axis=-1)), PPG_FLOOR)
    d = np.concatenate([ppg[:, None], acc], axis=1)
    r = np.stack([r_ppg, r_acc, r_acc, r_acc], axis=1)[:, :, None]
    return np.clip(round_div(16 * INPUT_STEPS * d, r), -128, 127).astype(np.int8)


def device_order(inputs: Int8[np.ndarray, "w 4 256"]) -> Int8[np.ndarray, "w 1024"]:
    """Order window inputs as the device's buffer holds them: PPG, then the axes interleaved.

    Parameters
    ----------
    inputs : ndarray, int8 (w, 4, 256)

    Returns
    -------
    ndarray, int8 (w, 1024)

    Examples
    --------
    >>> channels = np.repeat(np.arange(4, dtype=np.int8), 256).reshape(1, 4, 256)
    >>> device_order(channels)[0, [0, 255, 256, 257, 258, 259]].tolist()
    [0, 0, 1, 2, 3, 1]
    """
    return np.concatenate([inputs[:, 0], inputs[:, 1:].transpose(0, 2, 1).reshape(len(inputs), -1)], axis=1)
