# SPDX-License-Identifier: Apache-2.0
"""A user's arrays as the device's sensors would deliver them: checked, scaled, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wristpulse.core.numbers import ACC_LSB_PER_G, PPG_MAX
from wristpulse.core.sensor import SensorStream, sample_times
from wristpulse.recordings.exports.timed import spread
from wristpulse.recordings.recording import HOP_S, LEAST_HZ, WINDOW_S
from wristpulse.recordings.scale import (
    MOST_LEDS,
    UNITS,
    AccScale,
    PpgScale,
    SignalError,
    acc_scale,
    check_rate,
    ppg_scale,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Scale = Literal["auto", "counts"] | tuple[float, int] | PpgScale
AccUnit = str | float


@dataclass(frozen=True, kw_only=True)
class Series:
    """One sensor's samples with their times; fs is None if the times were given.

    values: float64 (n, columns); t_us: int64 (n,), microseconds; fs: Hz.
    """

    values: np.ndarray
    t_us: np.ndarray
    fs: float | None

    @property
    def rate_hz(self) -> float:
        """The stated rate, or the one of the median step."""
        return self.fs or 1e6 / float(np.median(np.diff(self.t_us)))


def ppg_values(ppg: ArrayLike, led: int = 0) -> np.ndarray:
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


def acc_values(acc: ArrayLike) -> np.ndarray:
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


def times_us(array: str, t: ArrayLike, samples: int, packets: bool = False) -> np.ndarray:
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


def series(array: str, values: np.ndarray, fs: float | None, t: ArrayLike | None) -> Series:
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


def found_ppg_scale(scale: Scale, ppg: np.ndarray, rate_hz: float) -> PpgScale:
    """Find or check the scale of a PPG.

    Parameters
    ----------
    scale : "auto", "counts", (lsb, zero) or PpgScale
        "auto" finds it from the signal.
    ppg : ndarray, float64 (n, 1)
    rate_hz : float

    Returns
    -------
    PpgScale

    Raises
    ------
    SignalError
        No scale, or one that puts less than half of the signal in the range of 18 bits.
    """
    if isinstance(scale, str) and scale == "auto":
        return ppg_scale(ppg, rate_hz)
    given = given_ppg_scale(scale)
    counts = ppg / given.lsb + given.zero
    inside = float(((counts >= 0) & (counts <= PPG_MAX)).mean())
    if inside < 0.5 or float(np.ptp(counts)) < 16:
        expected = f"a scale by which ppg / lsb + zero uses the range 0 to {PPG_MAX}"
        raise SignalError("scale", expected, f"{counts.min():.6g} to {counts.max():.6g}")
    return given


def given_ppg_scale(scale: Scale) -> PpgScale:
    """Read a scale that needs no signal.

    Parameters
    ----------
    scale : "counts", (lsb, zero) or PpgScale

    Returns
    -------
    PpgScale

    Raises
    ------
    SignalError
        Anything else.

    Examples
    --------
    >>> given_ppg_scale((0.5, 100)).lsb
    0.5
    """
    if isinstance(scale, PpgScale):
        return scale
    if isinstance(scale, str) and scale == "counts":
        return PpgScale(lsb=1.0, zero=0, why="ppg: 18-bit counts, as asked for")
    try:
        lsb, zero = map(float, scale)
    except (TypeError, ValueError):
        raise SignalError("scale", '"counts" or a pair (lsb, zero)', repr(scale)) from None
    if not (np.isfinite(lsb) and lsb > 0 and zero == int(zero)):
        raise SignalError("scale", "lsb above 0 and a whole zero", f"({lsb:g}, {zero:g})")
    return PpgScale(lsb=lsb, zero=int(zero), why=f"ppg: lsb {lsb:g} and zero {zero:g}, as asked for")


def found_acc_scale(unit: AccUnit, acc: np.ndarray, rate_hz: float) -> AccScale:
    """Find or check the unit of an acceleration.

    Parameters
    ----------
    unit : "auto", a name in `UNITS`, or float
        "auto" tells it by gravity; a number is what 1 g measures.
    acc : ndarray, float64 (m, 3)
    rate_hz : float

    Returns
    -------
    AccScale

    Raises
    ------
    SignalError
        No such unit, or gravity does not fit.
    """
    if unit == "auto":
        return acc_scale(acc, rate_hz)
    given = given_acc_scale(unit)
    length = float(np.median(np.linalg.norm(acc, axis=1))) / given.per_g
    if not 0.3 < length < 3.0:
        expected = f"acceleration with gravity in {given.unit} (median length 0.3 to 3 g)"
        raise SignalError("acc", expected, f"{length:.3g} g")
    return given


def given_acc_scale(unit: AccUnit) -> AccScale:
    """Read a unit that needs no signal.

    Parameters
    ----------
    unit : str or float
        A name in `UNITS`, or what 1 g measures.

    Returns
    -------
    AccScale

    Raises
    ------
    SignalError
        Anything else.

    Examples
    --------
    >>> given_acc_scale("mg").per_g
    1000.0
    """
    known = dict(UNITS)
    if isinstance(unit, str) and unit in known:
        return AccScale(per_g=known[unit], unit=unit, why=f"acc: in {unit}, as asked for")
    if isinstance(unit, (int, float)) and not isinstance(unit, bool) and 0 < unit < np.inf:
        return AccScale(per_g=float(unit), unit=f"1/{unit:g} g", why=f"acc: {unit:g} per g, as asked for")
    raise SignalError("acc_unit", f"one of {', '.join(known)}, or units per g", repr(unit))


def counts(ppg: Series, acc: Series, ppg_to: PpgScale, acc_to: AccScale) -> SensorStream:
    """Convert samples to what the device's sensors deliver; values beyond the range saturate.

    Parameters
    ----------
    ppg : Series
        One column.
    acc : Series
        Three columns.
    ppg_to : PpgScale
    acc_to : AccScale

    Returns
    -------
    SensorStream
        PPG in 18-bit counts, acceleration in 1/4096 g.
    """
    light = np.rint(ppg.values[:, 0] / ppg_to.lsb) + ppg_to.zero
    motion = np.rint(acc.values / acc_to.per_g * ACC_LSB_PER_G)
    return SensorStream(
        ppg=np.clip(light, 0, PPG_MAX).astype(np.uint32),
        t_ppg_us=ppg.t_us,
        acc=np.clip(motion, -32768, 32767).astype(np.int16),
        t_acc_us=acc.t_us,
    )


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
