# SPDX-License-Identifier: Apache-2.0
"""A user's arrays, checked: samples and their times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import ArrayLike

from wristpulse.core.sensor import sample_times
from wristpulse.recordings.exports.timed import spread
from wristpulse.recordings.recording import HOP_S, LEAST_HZ, WINDOW_S
from wristpulse.recordings.scale import MOST_LEDS, SignalError, check_rate


@dataclass(frozen=True, kw_only=True)
class Series:
    """One sensor's samples with their times; fs is None if the times were given.

    values: float64 (n, columns); t_us: int64 (n,), microseconds; fs: Hz.
    """

    values: Float64[np.ndarray, "n columns"]
    t_us: Int64[np.ndarray, " n"]
    fs: float | None

    @property
    def rate_hz(self) -> float:
        """The stated rate, or the one of the median step."""
        return self.fs or 1e6 / float(np.median(np.diff(self.t_us)))


def ppg_values(ppg: ArrayLike, led: int = 0) -> Float64[np.ndarray, "n 1"]:
    """Take one channel of a PPG.

    Parameters
    ----------
    ppg : array_like (n,) or (n, LEDs)
        Any unit.
    led : int
        The channel.

    Returns
    -------
    ndarray, float64 (n, 1)

    Raises
    ------
    SignalError
        Another type or shape, samples that are not finite, or no such channel.

    Examples
    --------
    >>> ppg_values([[1, 2], [3, 4]], led=1).tolist()
    [[2.0], [4.0]]
    """
    x = _numbers("ppg", ppg, "(n,) or (n, LEDs)")
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or not 1 <= x.shape[1] <= MOST_LEDS:
        turned = x.ndim == 2 and x.shape[0] <= MOST_LEDS
        raise SignalError("ppg", "shape (n,) or (n, LEDs)", f"{x.shape}{_transposed(turned)}")
    if isinstance(led, bool) or not isinstance(led, (int, np.integer)) or not 0 <= led < x.shape[1]:
        raise SignalError("led", f"a channel of ppg, 0 to {x.shape[1] - 1}", repr(led))
    return _finite("ppg", x[:, led : led + 1])


def acc_values(acc: ArrayLike) -> Float64[np.ndarray, "m 3"]:
    """Take an acceleration.

    Parameters
    ----------
    acc : array_like (m, 3)
        Any unit.

    Returns
    -------
    ndarray, float64 (m, 3)

    Raises
    ------
    SignalError
        Another type or shape, or samples that are not finite.

    Examples
    --------
    >>> acc_values([[0, 0, 1]]).shape
    (1, 3)
    """
    x = _numbers("acc", acc, "(m, 3)")
    if x.ndim != 2 or x.shape[1] != 3:
        turned = x.ndim == 2 and x.shape[0] == 3
        raise SignalError("acc", "shape (m, 3): X, Y, Z", f"{x.shape}{_transposed(turned)}")
    return _finite("acc", x)


def times_us(
    array: str, t: ArrayLike, samples: int, packets: bool = False
) -> Int64[np.ndarray, " {samples}"]:
    """Turn times into whole microseconds.

    Parameters
    ----------
    array : str
        "ppg" or "acc"; errors name ``t_ppg`` or ``t_acc``.
    t : array_like (samples,)
        Seconds, or dates of numpy (datetime64).
    samples : int
        How many there must be.
    packets : bool
        Spread samples that came together under one time evenly up to it.

    Returns
    -------
    ndarray, int64 (samples,)
        Microseconds; of dates, since 1970.

    Raises
    ------
    SignalError
        Another number of times, times that are not finite, or do not increase.

    Examples
    --------
    >>> times_us("ppg", [0.0, 0.04], samples=2).tolist()
    [0, 40000]
    """
    name = f"t_{array}"
    if np.asarray(t).dtype.kind == "M":
        seconds = np.asarray(t).astype("datetime64[us]").astype(np.int64) * 1e-6
        t = np.where(np.isnat(np.asarray(t)), np.nan, seconds)
    t = _numbers(name, t, f"({samples},)")
    if t.shape != (samples,):
        raise SignalError(name, f"{samples} times, one for each sample of {array}", f"shape {t.shape}")
    t = _finite(name, t)
    if packets and (np.diff(t) >= 0).all():
        t = spread(t)
    us = np.rint(t * 1e6).astype(np.int64)
    back = np.flatnonzero(np.diff(us) <= 0)
    if len(back):
        at = int(back[0]) + 1
        found = f"{t[at]:.6f} after {t[at - 1]:.6f} at sample {at}"
        raise SignalError(name, "times in seconds that increase", found)
    return us


def series(
    array: str, values: Float64[np.ndarray, "n columns"], fs: float | None, t: ArrayLike | None
) -> Series:
    """Give samples their times, from a rate or as stated.

    Parameters
    ----------
    array : str
        "ppg" or "acc", for errors.
    values : ndarray, float64 (n, columns)
    fs : float or None
        Hz.
    t : array_like (n,) or None
        Seconds or dates; exactly one of `fs` and `t` is given.

    Returns
    -------
    Series

    Raises
    ------
    SignalError
        Neither or both of `fs` and `t`, below 10 Hz, or less than 8 s.
    """
    if fs is not None and t is None:
        fs = check_rate(array, fs)
        whole = Series(values=values, t_us=sample_times(len(values), fs), fs=fs)
        seconds = len(values) / fs
    elif fs is None and t is not None:
        whole = Series(values=values, t_us=times_us(array, t, len(values), packets=True), fs=None)
        seconds = (whole.t_us[-1] - whole.t_us[0]) * 1e-6 if len(values) else 0.0
        if len(values) > 1 and whole.rate_hz < LEAST_HZ:
            expected = f"times in seconds of {LEAST_HZ:g} samples a second or more"
            raise SignalError(f"t_{array}", expected, f"a median step of {1 / whole.rate_hz:g} s")
    else:
        found = "neither" if fs is None else "both"
        raise SignalError(f"fs_{array}, t_{array}", "a rate in Hz or the samples' times in seconds", found)
    if seconds < WINDOW_S - 1 / LEAST_HZ:
        raise SignalError(array, f"{WINDOW_S:g} s or more", f"{seconds:.2f} s ({len(values)} samples)")
    return whole


def check_same_time(ppg: Series, acc: Series) -> None:
    """Check that both sensors ran together: for 8 s of given times, throughout at given rates.

    Parameters
    ----------
    ppg, acc : Series

    Raises
    ------
    SignalError
        They did not.
    """
    if ppg.fs and acc.fs:
        seconds = len(ppg.values) / ppg.fs
        if abs(len(acc.values) / acc.fs - seconds) > HOP_S:
            due = round(seconds * acc.fs)
            expected = f"about {due} samples ({acc.fs:g} Hz over the {seconds:.1f} s of ppg)"
            raise SignalError("acc", expected, f"{len(acc.values)}; is fs_acc or fs_ppg wrong?")
        return
    spans = [(s.t_us[0] * 1e-6, s.t_us[-1] * 1e-6) for s in (ppg, acc)]
    if min(end for _, end in spans) - max(start for start, _ in spans) < WINDOW_S - 1 / LEAST_HZ:
        (p0, p1), (a0, a1) = spans
        expected = f"{WINDOW_S:g} s or more together with ppg, which is from {p0:.3f} to {p1:.3f} s"
        raise SignalError("acc", expected, f"{a0:.3f} to {a1:.3f} s")


def _numbers(array: str, values: ArrayLike, shape: str) -> np.ndarray:
    try:
        x = np.asarray(values)
    except ValueError:  # rows of different lengths
        raise SignalError(array, f"numbers of shape {shape}", "rows of different lengths") from None
    if x.dtype.kind not in "iuf":
        raise SignalError(array, f"numbers of shape {shape}", f"type {x.dtype}")
    return x


def _finite(array: str, x: np.ndarray) -> np.ndarray:
    bad = ~np.isfinite(x)
    if bad.any():
        rows = bad if bad.ndim == 1 else bad.any(axis=1)
        kind = "NaN" if np.isnan(x).sum() == bad.sum() else "NaN or infinite"
        first = int(np.argmax(rows))
        raise SignalError(array, "finite numbers", f"{rows.sum()} {kind}, first at sample {first}")
    return x.astype(np.float64)


def _transposed(turned: bool) -> str:
    return "; transpose it" if turned else ""
