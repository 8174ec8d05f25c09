# SPDX-License-Identifier: Apache-2.0
"""Front end of streaming: each hop normalised once, by what came before it; docs/signal_path.md, section 4a.

The window's front end takes mean and deviation from all 256 frames. So the same hop reads differently in each
of its four windows, and nothing computed from it can be kept. Here the baseline is a running mean, and the
deviation is that of the last four hops, the present one included. A hop's values never change later.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int8, Int16, Int32, Int64

from wristpulse.core.align import Hops, no_contact
from wristpulse.core.integer import isqrt, round_div
from wristpulse.core.numbers import ACC_FLOOR, HOPS_PER_WINDOW, INPUT_STEPS, PPG_FLOOR

BASELINE_SHIFT = 5  # the running mean forgets over 2^5 frames, 1 s: a high-pass of 0.16 Hz


def contact_spans(hops: Hops) -> list[slice]:
    """Find the spans of contiguous hops with contact: streaming starts anew at each.

    Parameters
    ----------
    hops : Hops

    Returns
    -------
    list of slice
        A discontinuous hop begins a span. A hop without contact belongs to none.
    """
    away, n = no_contact(hops), np.arange(len(hops))
    start = np.maximum.accumulate(np.where(away, n + 1, np.where(hops.discontinuous, n, 0)))
    together = n[start <= n]
    parts = np.split(together, np.flatnonzero(np.diff(start[together])) + 1)
    return [slice(int(part[0]), int(part[-1]) + 1) for part in parts if len(part)]


def deviations(x: Int64[np.ndarray, "n channels"]) -> Int64[np.ndarray, "n channels"]:
    """Subtract the running mean m of a span from its frames: m starts at the first frame, m += (x - m) / 32.

    Parameters
    ----------
    x : ndarray, int64 (n, channels)

    Returns
    -------
    ndarray, int64 (n, channels)

    Examples
    --------
    >>> deviations(np.array([[100], [132], [132]])).ravel().tolist()
    [0, 32, 31]
    """
    level = x[0] << BASELINE_SHIFT
    d = np.empty_like(x)
    for i, frame in enumerate(x):
        d[i] = frame - (level >> BASELINE_SHIFT)
        level = level + d[i]
    return d


def hop_inputs(
    ppg: Int32[np.ndarray, "n 64"], acc: Int16[np.ndarray, "n 64 3"]
) -> Int8[np.ndarray, "n 64 4"]:
    """Network inputs of a span's hops: 32 steps a standard deviation of the last four hops, zero point 0.

    Parameters
    ----------
    ppg : 1/16 counts.
    acc : 1/4096 g.

    Returns
    -------
    Columns PPG, X, Y, Z.

    Examples
    --------
    >>> hop_inputs(np.zeros((2, 64), np.int32), np.zeros((2, 64, 3), np.int16)).any()
    np.False_
    """
    count, hop = ppg.shape
    x = np.concatenate([ppg[:, :, None], acc], axis=2).astype(np.int64)
    d = deviations(x.reshape(-1, 4)).reshape(count, hop, 4)
    energy = (d**2).sum(axis=1)
    energy = np.stack([energy[:, 0], energy[:, 1:].sum(axis=1)], axis=1)  # PPG, the three axes together
    past = np.concatenate([np.zeros((1, 2), np.int64), np.cumsum(energy, axis=0)])
    first = np.maximum(np.arange(count) + 1 - HOPS_PER_WINDOW, 0)
    summed = (np.arange(count) + 1 - first)[:, None]  # hops in the sum: fewer than four at the start
    r = isqrt(HOPS_PER_WINDOW * (past[1:] - past[first]) // summed)
    r = np.maximum(r, [PPG_FLOOR, ACC_FLOOR])[:, None, [0, 1, 1, 1]]
    return np.clip(round_div(16 * INPUT_STEPS * d, r), -128, 127).astype(np.int8)


def device_hops(inputs: Int8[np.ndarray, "n 64 4"]) -> Int8[np.ndarray, "n 256"]:
    """Order hops as a streaming model takes them: PPG, then the axes interleaved.

    Parameters
    ----------
    inputs : ndarray, int8 (n, 64, 4)
        PPG, X, Y, Z of each frame.

    Returns
    -------
    ndarray, int8 (n, 256)
    """
    return np.concatenate([inputs[:, :, 0], inputs[:, :, 1:].reshape(len(inputs), -1)], axis=1)
