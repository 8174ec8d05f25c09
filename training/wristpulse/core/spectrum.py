# SPDX-License-Identifier: Apache-2.0
"""Spectral front end: docs/signal_path.md, section 5, in numpy integers, bit for bit as the device."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int8, Int64, Num, Shaped

from wristpulse.core.integer import isqrt
from wristpulse.core.numbers import (
    ACC_SPECTRUM_FLOOR,
    BINS,
    FEATURES,
    FIRST_BIN,
    HOPS_PER_WINDOW,
    PPG_SPECTRUM_FLOOR,
    REST_LOG2,
    WINDOW,
)
from wristpulse.core.window import motion

HALF = WINDOW // 2  # points of the complex transform that gives a real one
LAST = 2 * (FIRST_BIN + BINS - 1)  # highest bin that is looked at, twice the highest heart rate
CHANNELS = HOPS_PER_WINDOW * FEATURES
INPUT_SCALE, INPUT_ZERO = 1 / 255, -128  # of the network's int8 input

_COS = np.rint(16384 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW))  # Q14
_SIN = _COS[(np.arange(WINDOW) - WINDOW // 4) % WINDOW]
_REVERSED = np.array([int(f"{n:07b}"[::-1], 2) for n in range(HALF)])


def _round14(x: np.ndarray) -> np.ndarray:
    """(x + 8192) >> 14, exact in doubles (which numpy computes faster than 64-bit integers)."""
    return np.floor(x * 2.0**-14 + 0.5)


def _rotated(re: np.ndarray, im: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(re + i im) exp(-2 pi i angle / 256), rounded."""
    c, s = _COS[angle, None], _SIN[angle, None]
    return _round14(re * c + im * s), _round14(im * c - re * s)


def transform(x: Num[np.ndarray, "256 n"]) -> tuple[Float64[np.ndarray, "64 n"], Float64[np.ndarray, "64 n"]]:
    """Spectra of 256 whole numbers about their middle: X[m] = sum_t x[t] exp(-2 pi i m (t - 128) / 256).

    Two neighbouring samples are the real and imaginary part of one number, so that a radix-2 transform of 128
    points does for 256.

    Parameters
    ----------
    x : whole numbers of at most 2^17, so that every value fits int32 on the device.

    Returns
    -------
    Real and imaginary parts for m = 0..63; those of m = 0 mean nothing. Doubles, but whole: sums stay below
    2^53.

    Examples
    --------
    >>> wave = np.rint(1000 * np.cos(2 * np.pi * 10 * np.arange(256) / 256))[:, None]
    >>> re, im = transform(wave)
    >>> int(np.hypot(re, im)[10, 0] / 1000 + 0.5)
    128
    """
    x = np.roll(x, HALF, axis=0).astype(np.float64)
    re, im = x[::2][_REVERSED], x[1::2][_REVERSED]
    half = 1
    while half < HALF:
        re, im = re.reshape(HALF // (2 * half), 2, half, -1), im.reshape(HALF // (2 * half), 2, half, -1)
        t_re, t_im = _rotated(re[:, 1], im[:, 1], np.arange(half) * (HALF // half))
        re[:, 1], im[:, 1] = re[:, 0] - t_re, im[:, 0] - t_im
        re[:, 0] += t_re
        im[:, 0] += t_im
        half *= 2
    re, im = re.reshape(HALF, -1), im.reshape(HALF, -1)
    m = np.arange(HALF // 2)
    mirrored = -m % HALF
    t_re, t_im = _rotated(re[m] - re[mirrored], im[m] + im[mirrored], m + WINDOW // 4)
    return np.floor((re[m] + re[mirrored] + t_re) / 2), np.floor((im[m] - im[mirrored] + t_im) / 2)


def bins(x: Shaped[np.ndarray, "64 n"]) -> Shaped[np.ndarray, "239 n"]:
    """Read bins 0 to LAST of spectra about a window's middle.

    Bin k is k/32 Hz, so X[m] becomes bin 4 m, under a Hann window. Those between are weighted means of their
    neighbours, which is a window that differs from Hann's by at most 5 % of its peak. Odd ones reach to the
    highest heart rate.

    Parameters
    ----------
    x : ndarray (64, n)
        X of n windows: real or imaginary parts as int64, or complex numbers.

    Returns
    -------
    ndarray (239, n)
        Of the type of `x`; 0 for the bins that are not computed.
    """
    h = np.zeros((LAST + 1, x.shape[1]), x.dtype)
    a, b, c, d = (x[n : n + LAST // 4] for n in range(4))
    h[4::4] = a + 2 * b + c
    h[6::4] = _sixty_fourths(27, a + 4 * (b + c) + d)
    last = FIRST_BIN + BINS
    h[5:last:2] = _sixty_fourths(33, h[4 : last - 1 : 2] + h[6 : last + 1 : 2])
    return h


def _sixty_fourths(count: int, x: np.ndarray) -> np.ndarray:
    return count * x >> 6 if x.dtype.kind == "i" else np.float32(count / 64) * x


def _power(x: np.ndarray) -> np.ndarray:
    """Squared magnitudes of signals (256, n) at bins 0..LAST, int64 (LAST + 1, n)."""
    re, im = (bins(part.astype(np.int64)) for part in transform(x))
    return re * re + im * im


def magnitudes(x: Int64[np.ndarray, "w 4 256"]) -> Int64[np.ndarray, "w 4 104"]:
    """Magnitudes of windows at the bins, Hann-windowed: `transform` and `bins`.

    Parameters
    ----------
    x : int64 (w, 4, 256)
        PPG (1/16 counts), X, Y, Z (1/4096 g); each channel's mean is taken off.

    Returns
    -------
    int64 (w, 4, 104)
        PPG, PPG at twice each bin, ACC, ACC at twice each. The accelerometer's is the root of its axes'
        summed squares, in 1/256 of (1/4096 g) of amplitude. PPG's unit differs from window to window: a block
        exponent brings its largest value to 16 bits.

    Examples
    --------
    >>> x = np.zeros((1, 4, 256), np.int64)
    >>> x[0, 0] = np.rint(5000 * np.sin(2 * np.pi * 1.5 * np.arange(256) / 32))  # 1.5 Hz: 90 BPM
    >>> float(30 + 1.875 * magnitudes(x)[0, 0].argmax())
    90.0
    """
    d = x - (x.sum(axis=-1, keepdims=True) >> 8)
    largest = np.abs(d[:, 0]).max(axis=-1)
    extra = (np.frexp(largest.astype(np.float64))[1] - 16)[:, None]  # bits beyond 16, or short of them
    d[:, 0] = (d[:, 0] << np.maximum(-extra, 0)) >> np.maximum(extra, 0)
    power = _power(d.transpose(2, 1, 0).reshape(WINDOW, -1)).reshape(LAST + 1, *d.shape[1::-1])
    k = FIRST_BIN + np.arange(BINS)
    both = power[np.stack([k, 2 * k])]  # (2, 104, 4, w)
    return isqrt(np.concatenate([both[:, :, 0], both[:, :, 1:].sum(axis=2)])).transpose(2, 0, 1)


def _relative_root(m: np.ndarray, largest: np.ndarray) -> np.ndarray:
    """255 sqrt(m / largest), at most 255: int64, of m (w, 2, 104) and largest (w,)."""
    shift = np.maximum(np.frexp(largest.astype(np.float64))[1] - 16, 0)[:, None, None]
    ratio = np.minimum(65025 * (m >> shift) // (largest[:, None, None] >> shift), 65025)
    return isqrt(ratio)


def log2_q4(r: Int64[np.ndarray, " *shape"]) -> Int64[np.ndarray, " *shape"]:
    """16 log2(r), linear between powers of two.

    Parameters
    ----------
    r : ndarray, int64
        1 or more.

    Returns
    -------
    ndarray, int64
        Of the shape of `r`.

    Examples
    --------
    >>> log2_q4(np.array([1, 2, 3, 4096])).tolist()
    [0, 16, 24, 192]
    """
    top = np.frexp(r.astype(np.float64))[1].astype(np.int64) - 1
    return 16 * top + ((r << 4) >> top) - 16


def hop_features(x: Int64[np.ndarray, "w 4 256"]) -> Int8[np.ndarray, "w 104 5"]:
    """What each window adds to a network input: a value v of 0..255 as v - 128.

    Magnitudes m enter as 255 sqrt(m / max(m)), motion r as 2 (16 log2(r) - REST_LOG2). max(m) is taken over
    PPG's bins and over both ACC rows, each with a floor.

    Parameters
    ----------
    x : int64 (w, 4, 256)
        PPG (1/16 counts), X, Y, Z (1/4096 g).

    Returns
    -------
    int8 (w, 104, 5)
        PPG, PPG at twice the bin, ACC, ACC at twice, motion (the same in every bin).
    """
    m = magnitudes(x)
    ppg = _relative_root(m[:, :2], np.maximum(m[:, 0].max(axis=-1), PPG_SPECTRUM_FLOOR))
    acc = _relative_root(m[:, 2:], np.maximum(m[:, 2:].max(axis=(-2, -1)), ACC_SPECTRUM_FLOOR))
    moving = np.clip(2 * (log2_q4(motion(x)) - REST_LOG2), 0, 255)
    moving = np.broadcast_to(moving[:, None, None], (len(x), 1, BINS))
    return (np.concatenate([ppg, acc, moving], axis=1) - 128).astype(np.int8).transpose(0, 2, 1)


def last_windows(ends: Int64[np.ndarray, " w"]) -> Int64[np.ndarray, "w 4"]:
    """Find the windows that stand side by side in a network input.

    Parameters
    ----------
    ends : ndarray, int64 (w,)
        The windows' hops. After a break the oldest window since stands for those before it.

    Returns
    -------
    ndarray, int64 (w, 4)
        Indices of windows, the oldest first.

    Examples
    --------
    >>> last_windows(np.array([3, 4, 5, 9, 10])).tolist()
    [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 2], [3, 3, 3, 3], [3, 3, 3, 4]]
    """
    n = np.arange(len(ends))
    start = np.maximum.accumulate(np.where(np.diff(ends, prepend=ends[:1] - 2) != 1, n, 0))
    return np.maximum(n[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1), start[:, None])


def spectrum_inputs(
    x: Int64[np.ndarray, "w 4 256"], ends: Int64[np.ndarray, " w"]
) -> Int8[np.ndarray, "w 104 20"]:
    """Network inputs of a stream's windows: the features of the last four windows.

    Parameters
    ----------
    x : int64 (w, 4, 256)
        All windows of the stream in their order, PPG (1/16 counts), X, Y, Z (1/4096 g).
    ends : int64 (w,)
        The hop that completes each window; it says where the stream breaks (`last_windows`).

    Returns
    -------
    int8 (w, 104, 20)
        `hop_features` of the four windows, the oldest first.

    Examples
    --------
    >>> spectrum_inputs(np.zeros((2, 4, 256), np.int64), np.array([3, 4])).shape
    (2, 104, 20)
    """
    features = hop_features(x)[last_windows(ends)]
    return features.transpose(0, 2, 1, 3).reshape(len(ends), BINS, CHANNELS)
