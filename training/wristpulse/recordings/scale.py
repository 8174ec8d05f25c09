# SPDX-License-Identifier: Apache-2.0
"""The scale of a sensor without a description: PPG onto the device's 18-bit counts, acceleration to g.

Polarity needs no decision: the students read power spectra, and a PPG has the same one upside down
(docs/data.md, "Scale and polarity").
"""

from dataclasses import dataclass

import numpy as np

from wristpulse.core.numbers import DARK_COUNTS
from wristpulse.recordings.recording import LEAST_HZ, WINDOW_S, Recording
from wristpulse.support.errors import UserError

COUNTS = 1 << 18  # the device's PPG is unsigned, of 18 bits (docs/signal_path.md, section 1)
MIDDLE = COUNTS // 2
MOST_LEDS = 16  # more columns than that are samples, not LEDs

# What 1 g is in the units that sensors and files use. Powers of two are raw counts of +-2 to +-16 g chips;
# 64 is an Empatica E4's.
UNITS = (
    ("g", 1.0), ("m/s2", 9.80665), ("1/64 g", 64.0), ("1/128 g", 128.0), ("1/256 g", 256.0),
    ("1/512 g", 512.0), ("mg", 1000.0), ("1/2048 g", 2048.0), ("1/4096 g", 4096.0), ("1/8192 g", 8192.0),
    ("1/16384 g", 16384.0),
)  # fmt: skip
TOLERANCE = 1.5  # by which gravity may seem larger or smaller: motion, gain errors


class SignalError(UserError, ValueError):
    """An array that cannot be a recording's: which one, what was expected, what was found."""

    def __init__(self, array: str, expected: str, found: str):
        super().__init__(array, "", expected, found)
        self.array = array

    def __reduce__(self):
        return type(self), (self.array, self.expected, self.found)


@dataclass(frozen=True, kw_only=True)
class PpgScale:
    """The device's counts are `round(ppg / lsb) + zero`."""

    lsb: float  # PPG units per count, a power of two
    zero: int  # counts at PPG 0
    why: str  # for the user, one line


@dataclass(frozen=True, kw_only=True)
class AccScale:
    """Acceleration in g is `acc / per_g`."""

    per_g: float
    unit: str
    why: str  # for the user, one line


def check_rate(array: str, fs: float) -> float:
    """Check that a sampling rate is a finite number of at least 10 Hz.

    Parameters
    ----------
    array : str
        "ppg" or "acc"; errors name ``fs_ppg`` or ``fs_acc``.
    fs : float
        Hz.

    Returns
    -------
    float
        `fs`.

    Raises
    ------
    SignalError
        It is no positive number, or below 10 Hz.

    Examples
    --------
    >>> check_rate("ppg", 4)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    wristpulse.recordings.scale.SignalError: fs_ppg: expected 10 Hz or more ... found 4 Hz
    """
    rate = np.asarray(fs)
    if rate.size != 1 or rate.dtype.kind not in "iuf" or not np.isfinite(rate).all() or rate <= 0:
        raise SignalError(f"fs_{array}", "one positive number, Hz", repr(fs))
    if float(rate.reshape(())) < LEAST_HZ:
        raise SignalError(
            f"fs_{array}", f"{LEAST_HZ:g} Hz or more (samples over 100 ms apart are gaps)", f"{fs:g} Hz"
        )
    return float(rate.reshape(()))


def check_signal(array: str, values: np.ndarray, fs: float, columns: int | None = None) -> np.ndarray:
    """Check a signal and return it as float64 with an axis for its columns.

    Parameters
    ----------
    array : str
        Its name in errors, "ppg" or "acc".
    values : array_like (samples,) or (samples, columns)
    fs : float
        Hz.
    columns : int, optional
        How many it must have; by default 1 to 16.

    Returns
    -------
    ndarray, float64 (samples, columns)

    Raises
    ------
    SignalError
        Another type or shape, samples that are not finite, a rate below 10 Hz, less than 8 s, or a signal
        that never changes.

    Examples
    --------
    >>> check_signal("ppg", np.arange(320) % 7, 32).shape
    (320, 1)
    """
    fs = check_rate(array, fs)
    values = np.asarray(values)
    shape = f"(samples, {columns})" if columns else "(samples,) or (samples, LEDs)"
    if values.dtype.kind not in "iufb":
        raise SignalError(array, f"numbers of shape {shape}", f"type {values.dtype}")
    if values.ndim == 1 and columns in (None, 1):
        values = values[:, None]
    if values.ndim != 2 or (values.shape[1] != columns if columns else not 0 < values.shape[1] <= MOST_LEDS):
        turned = values.ndim == 2 and values.shape[0] in ((columns,) if columns else range(1, MOST_LEDS + 1))
        hint = " (transpose it)" if turned else ""
        raise SignalError(array, f"shape {shape}", f"{values.shape}{hint}")
    values = values.astype(np.float64)
    if len(values) < WINDOW_S * fs:
        raise SignalError(array, f"at least one window of {WINDOW_S:g} s", f"{len(values) / fs:.2f} s")
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        raise SignalError(array, "finite samples", f"{len(bad)} that are not, the first at sample {bad[0]}")
    if not np.ptp(values, axis=0).any():
        raise SignalError(array, "a signal that varies", f"{values[0, 0]:g} in all {len(values)} samples")
    return values


def ppg_scale(ppg: np.ndarray, fs: float) -> PpgScale:
    """Find the scale that puts a PPG in any unit well inside the device's 18-bit range.

    Light that is never negative keeps its zero, so that a dark sensor still means no contact. A signal about
    zero (high-passed), or with an offset below it, is put around the middle of the range.

    Parameters
    ----------
    ppg : ndarray (samples,) or (samples, LEDs)
        Any unit.
    fs : float
        Hz.

    Returns
    -------
    PpgScale
        One for all LEDs: ``counts = round(ppg / lsb) + zero``.

    Raises
    ------
    SignalError
        As `check_signal` states.

    Examples
    --------
    >>> volts = 1.2 + 0.01 * np.sin(2 * np.pi * 1.1 * np.arange(640) / 64)
    >>> scale = ppg_scale(volts, 64)
    >>> scale.zero, bool(60_000 < volts.mean() / scale.lsb < 240_000)
    (0, True)
    """
    x = check_signal("ppg", ppg, fs)
    low, high = np.percentile(x, (0.5, 99.9))
    usual = np.percentile(x, 50, axis=0)  # per LED
    if low >= 0 and usual.min() > 0:
        whole = bool((x == np.rint(x)).all())
        if whole and usual.min() >= 2 * DARK_COUNTS and high < COUNTS:
            return PpgScale(lsb=1.0, zero=0, why=f"ppg: counts around {usual[0]:.0f}, taken as they are")
        power = np.floor(np.log2(min(MIDDLE / usual.max(), (COUNTS - 1) / high)))
        lsb = float(2.0**-power)
        if usual.min() / lsb >= 2 * DARK_COUNTS:
            why = f"ppg: light around {usual[0]:.4g}, taken times {1 / lsb:g}"
            return PpgScale(lsb=lsb, zero=0, why=why)
    middle = float(np.median(x))
    away = np.abs(x - middle)
    if abs(middle) < np.percentile(away, 99.9) / 4:
        middle, away = 0.0, np.abs(x)
    far = min(float(away.max()), 4 * float(np.percentile(away, 99.9)) or float(away.max()))
    lsb = float(2.0 ** -np.floor(np.log2((MIDDLE - DARK_COUNTS) / far)))
    zero = MIDDLE - round(middle / lsb)
    where = "around zero (high-passed)" if middle == 0 else f"around {middle:.4g}"
    why = f"ppg: {where}, put in the middle of the range, times {1 / lsb:g}"
    return PpgScale(lsb=lsb, zero=zero, why=why)


def dark_note(recording: Recording) -> str | None:
    """Say so if the device would report no contact for most of a recording.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    str or None
        One line with a scale that would put the PPG in range. None if the PPG is constant, or half or more of
        its samples are above the dark level.
    """
    ppg = recording.ppg[:, recording.led].astype(np.float64)
    dark = float((ppg / recording.ppg_lsb + recording.ppg_zero < DARK_COUNTS).mean())
    if dark <= 0.5 or not np.ptp(ppg):
        return None
    better = ppg_scale(ppg, recording.fs_ppg)
    return (
        f"{recording.name}: {dark:.0%} of its PPG lies below {DARK_COUNTS} counts, where the device sees no "
        f"contact; ppg_lsb={better.lsb:g}, ppg_zero={better.zero} would put it in range"
    )


def acc_scale(acc: np.ndarray, fs: float) -> AccScale:
    """Find the unit of an acceleration by gravity.

    Gravity is the median length of the mean vector of every 4 s: arm swing cancels there.

    Parameters
    ----------
    acc : ndarray (samples, 3)
        Any unit of `UNITS`.
    fs : float
        Hz.

    Returns
    -------
    AccScale

    Raises
    ------
    SignalError
        As `check_signal` states; no gravity, or one that fits no unit.

    Examples
    --------
    >>> acc_scale(np.tile([0.0, 9.7, 0.5], (320, 1)) + 1e-3 * np.eye(3)[np.arange(320) % 3], 32).unit
    'm/s2'
    """
    x = check_signal("acc", acc, fs, columns=3)
    gravity = _gravity(x, fs)
    unit, per_g = min(UNITS, key=lambda item: abs(np.log(max(gravity, 1e-9) / item[1])))
    if not per_g / TOLERANCE <= gravity <= per_g * TOLERANCE:
        expected = ", ".join(f"{one:g} ({name})" for name, one in UNITS[:3]) + ", 1000 (mg) or raw counts"
        hint = "; was the mean removed?" if gravity < 0.5 else "; has it an offset?" if gravity > 2e4 else ""
        raise SignalError("acc", f"gravity of about {expected}", f"{gravity:.3g}{hint}")
    return AccScale(per_g=per_g, unit=unit, why=f"acc: gravity measures {gravity:.3g}, so the unit is {unit}")


def _gravity(acc: np.ndarray, fs: float) -> float:
    block = max(1, round(4 * fs))
    whole = acc[: len(acc) // block * block].reshape(-1, block, 3)
    return float(np.median(np.linalg.norm(whole.mean(axis=1), axis=1)))
