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
    """One channel of a PPG (n,) or (n, LEDs): float64 (n, 1). SignalError if that cannot be."""
    x = _numbers("ppg", ppg, "(n,) or (n, LEDs)")
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or not 1 <= x.shape[1] <= MOST_LEDS:
        turned = x.ndim == 2 and x.shape[0] <= MOST_LEDS
        raise SignalError("ppg", "shape (n,) or (n, LEDs)", f"{x.shape}{_transposed(turned)}")
    if isinstance(led, bool) or not isinstance(led, (int, np.integer)) or not 0 <= led < x.shape[1]:
        raise SignalError("led", f"a channel of ppg, 0 to {x.shape[1] - 1}", repr(led))
    return _finite("ppg", x[:, led : led + 1])


def acc_values(acc: ArrayLike) -> np.ndarray:
    """Acceleration as float64 (m, 3). SignalError if that cannot be."""
    x = _numbers("acc", acc, "(m, 3)")
    if x.ndim != 2 or x.shape[1] != 3:
        turned = x.ndim == 2 and x.shape[0] == 3
        raise SignalError("acc", "shape (m, 3): X, Y, Z", f"{x.shape}{_transposed(turned)}")
    return _finite("acc", x)


def times_us(array: str, t: ArrayLike, samples: int, packets: bool = False) -> np.ndarray:
    """Times in seconds, or dates, as whole microseconds, int64 (samples,), of dates since 1970.

    packets: spread samples that came together under one time evenly up to it. SignalError unless the times
    increase.
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
    """Samples (n, columns) with the times that a rate (Hz) or t (n,), in seconds, gives them."""
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
    """SignalError unless both sensors ran together: for 8 s of given times, throughout at given rates."""
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
    """The scale that is asked for, of a PPG (n, 1); `auto` finds one, others must fit the signal."""
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
    """A scale that needs no signal: "counts", a pair (lsb, zero) or a PpgScale. SignalError otherwise."""
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
    """The acceleration's unit as asked for; `auto` tells it by gravity, others must fit gravity."""
    if unit == "auto":
        return acc_scale(acc, rate_hz)
    given = given_acc_scale(unit)
    length = float(np.median(np.linalg.norm(acc, axis=1))) / given.per_g
    if not 0.3 < length < 3.0:
        expected = f"acceleration with gravity in {given.unit} (median length 0.3 to 3 g)"
        raise SignalError("acc", expected, f"{length:.3g} g")
    return given


def given_acc_scale(unit: AccUnit) -> AccScale:
    """A unit that needs no signal: its name, or how much of it is 1 g. SignalError otherwise."""
    known = dict(UNITS)
    if isinstance(unit, str) and unit in known:
        return AccScale(per_g=known[unit], unit=unit, why=f"acc: in {unit}, as asked for")
    if isinstance(unit, (int, float)) and not isinstance(unit, bool) and 0 < unit < np.inf:
        return AccScale(per_g=float(unit), unit=f"1/{unit:g} g", why=f"acc: {unit:g} per g, as asked for")
    raise SignalError("acc_unit", f"one of {', '.join(known)}, or units per g", repr(unit))


def counts(ppg: Series, acc: Series, ppg_to: PpgScale, acc_to: AccScale) -> SensorStream:
    """What the device's sensors deliver: 18-bit PPG counts and 1/4096 g; values beyond saturate."""
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
