# SPDX-License-Identifier: Apache-2.0
"""The unit of a user's samples, and what the device's sensors would have delivered: whole numbers."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float64

from wristpulse.api.given.arrays import Series
from wristpulse.core.numbers import ACC_LSB_PER_G, PPG_MAX
from wristpulse.core.sensor import SensorStream
from wristpulse.recordings.scale import UNITS, AccScale, PpgScale, SignalError, acc_scale, ppg_scale

Scale = Literal["auto", "counts"] | tuple[float, int] | PpgScale
AccUnit = str | float


def found_ppg_scale(scale: Scale, ppg: Float64[np.ndarray, "n 1"], rate_hz: float) -> PpgScale:
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


def found_acc_scale(unit: AccUnit, acc: Float64[np.ndarray, "m 3"], rate_hz: float) -> AccScale:
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
    units = dict(UNITS)
    if isinstance(unit, str) and unit in units:
        return AccScale(per_g=units[unit], unit=unit, why=f"acc: in {unit}, as asked for")
    if isinstance(unit, (int, float)) and not isinstance(unit, bool) and 0 < unit < np.inf:
        return AccScale(per_g=float(unit), unit=f"1/{unit:g} g", why=f"acc: {unit:g} per g, as asked for")
    raise SignalError("acc_unit", f"one of {', '.join(units)}, or units per g", repr(unit))


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
