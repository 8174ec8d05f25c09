# SPDX-License-Identifier: Apache-2.0
"""Heart rate from arrays or a recording, with the student that ships or another."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wristpulse.api.given.arrays import acc_values, check_same_time, ppg_values, series
from wristpulse.api.given.units import AccUnit, Scale, counts, found_acc_scale, found_ppg_scale
from wristpulse.api.heart_rate import HeartRate, heart_rate
from wristpulse.api.stream import Stream
from wristpulse.core.numbers import FUSION_LEDS
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.smooth import smooth as looking_back
from wristpulse.recordings.recording import Recording
from wristpulse.recordings.scale import SignalError
from wristpulse.student.card import SHIPPED, Student
from wristpulse.student.card import load_student as read_student

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class WristStudent(Student):
    """A student that takes arrays: `estimate` for a whole recording, `stream` for chunks.

    Further attributes: `card`, what its training noted; `folder`, where it lies; `estimator()`, the integer
    reference that the firmware equals.
    """

    def estimate(
        self, ppg: ArrayLike | Recording, acc: ArrayLike | None = None, *, smooth: bool = False, **options
    ) -> HeartRate:
        """Estimate the heart rate of a whole recording.

        Parameters
        ----------
        ppg, acc, smooth, **options
            As `wristpulse.estimate` takes them.

        Returns
        -------
        HeartRate

        Raises
        ------
        SignalError
            As `wristpulse.estimate` does.

        Examples
        --------
        >>> import wristpulse as wp
        >>> student = wp.load_student()
        >>> len(student.estimate(wp.simulate(seed=1, seconds=60)))
        29
        """
        streams, notes = sensor_streams(ppg, acc, **options)
        run = self.estimator().full_run(streams)
        return heart_rate(looking_back(run, self.tables) if smooth else run.results, notes)

    def stream(
        self,
        fs_ppg: float | None = None,
        fs_acc: float | None = None,
        *,
        scale: Scale = "counts",
        acc_unit: AccUnit = "g",
        led: int = 0,
    ) -> Stream:
        """Start estimating from chunks of samples as they come, with the results that the whole would give.

        Parameters
        ----------
        fs_ppg, fs_acc : float, optional
            Rates in Hz. Without a rate, each chunk brings its samples' times.
        scale : "counts", pair (lsb, zero) or PpgScale
            The device's 18-bit counts are ``round(ppg / lsb) + zero``. There is no "auto": a scale cannot
            be found before the signal is there.
        acc_unit : str or float
            "g", "m/s2", "mg" or another name that `wristpulse.estimate` takes, or units per g.
        led : int
            Channel of a PPG with several.

        Returns
        -------
        Stream

        Raises
        ------
        SignalError
            For a rate below 10 Hz, an unknown unit or a scale that is none.

        Examples
        --------
        >>> import wristpulse as wp
        >>> recording = wp.simulate(seed=1, seconds=60)
        >>> stream = wp.load_student().stream(fs_ppg=64, fs_acc=32)
        >>> first = stream.update(recording.ppg[:640], recording.acc[:320])  # ten seconds
        >>> len(first)
        4
        """
        return Stream(self.estimator(), fs_ppg=fs_ppg, fs_acc=fs_acc, scale=scale, acc_unit=acc_unit, led=led)


def load_student(folder: Path | str | None = None) -> WristStudent:
    """Read a student: an int8 network with its tracker.

    Parameters
    ----------
    folder : path or name, optional
        Folder of ``student.tflite`` and ``student.json``, as `invoke quantize` makes it, or the name of a
        student that comes with the package: "nobody" (if None), which learnt from simulated people only, or
        "people".

    Returns
    -------
    WristStudent

    Raises
    ------
    StepError
        If the folder lacks one of the two files.
    CardError
        If they do not belong together.

    Examples
    --------
    >>> import wristpulse as wp
    >>> wp.load_student().card.front_end
    'spectrum'
    """
    read = read_student(SHIPPED if folder is None else folder)
    return WristStudent(model=read.model, tables=read.tables, card=read.card, folder=read.folder)


@functools.cache
def _shipped() -> WristStudent:
    return load_student()


def estimate(
    ppg: ArrayLike | Recording,
    acc: ArrayLike | None = None,
    *,
    fs_ppg: float | None = None,
    fs_acc: float | None = None,
    t_ppg: ArrayLike | None = None,
    t_acc: ArrayLike | None = None,
    scale: Scale = "auto",
    acc_unit: AccUnit = "auto",
    led: int | Literal["all"] | None = None,
    smooth: bool = False,
) -> HeartRate:
    """Heart rate from a wrist's PPG and acceleration, with the shipped student, bit for bit as the firmware.

    Parameters
    ----------
    ppg : array (n,) or (n, LEDs), or Recording
        Light at the wrist in any unit and polarity. A Recording brings everything else with it.
    acc : array (m, 3)
        Acceleration of the same wrist at the same time, gravity included.
    fs_ppg, fs_acc : float
        Rates in Hz, 10 or more; both signals start at time 0.
    t_ppg, t_acc : array (n,), array (m,)
        In place of a rate: the samples' times, increasing, in seconds or as datetime64 (then seconds since
        1970 come back). Longer steps than 0.1 s are gaps. Packets of samples under one time are spread.
    scale : "auto", "counts", pair (lsb, zero) or PpgScale
        How `ppg` becomes the device's 18-bit counts, ``round(ppg / lsb) + zero``. "counts" is (1, 0).
    acc_unit : "auto", str or float
        "auto" lets gravity tell. Else "g", "m/s2", "mg", "1/64 g" and the like, or units per g.
    led : int or "all", optional
        Channel of a PPG with several; the Recording's own, or the first, if None. "all" fuses up to four.
    smooth : bool
        Look back: each value by all that was measured before and after it. For a log that is read after the
        workout; a device that shows values cannot have them (docs/signal_path.md, section 7b).

    Returns
    -------
    HeartRate
        A value every 2 s, the first after 8 s.

    Raises
    ------
    SignalError
        A ValueError that names the array, what was expected and what was found: NaN, wrong shape, less
        than 8 s, a constant signal, durations or times that do not go together, no gravity.

    Notes
    -----
    docs/signal_path.md states each step; `zephyr_app/core` is the same in C.

    Examples
    --------
    >>> import wristpulse as wp
    >>> recording = wp.simulate(seed=1, seconds=60)
    >>> hr = wp.estimate(recording.ppg, recording.acc, fs_ppg=64, fs_acc=32)
    >>> len(hr), str(hr.state[0])
    (29, 'acquiring')
    """
    return _shipped().estimate(
        ppg, acc, fs_ppg=fs_ppg, fs_acc=fs_acc, t_ppg=t_ppg, t_acc=t_acc,
        scale=scale, acc_unit=acc_unit, led=led, smooth=smooth,
    )  # fmt: skip


def sensor_stream(*arrays: Any, **options: Any) -> tuple[SensorStream, tuple[str, ...]]:
    """Prepare one LED as `sensor_streams` does.

    Parameters
    ----------
    *arrays, **options
        As `sensor_streams` takes them; not led="all" of several.

    Returns
    -------
    stream : SensorStream
    notes : tuple of str

    Raises
    ------
    SignalError
        As `sensor_streams` does.
    """
    (stream,), notes = sensor_streams(*arrays, **options)
    return stream, notes


def sensor_streams(
    ppg: ArrayLike | Recording,
    acc: ArrayLike | None = None,
    *,
    fs_ppg: float | None = None,
    fs_acc: float | None = None,
    t_ppg: ArrayLike | None = None,
    t_acc: ArrayLike | None = None,
    scale: Scale = "auto",
    acc_unit: AccUnit = "auto",
    led: int | Literal["all"] | None = None,
) -> tuple[list[SensorStream], tuple[str, ...]]:
    """Check and scale a user's signals as the estimator takes them.

    Parameters
    ----------
    ppg, acc, fs_ppg, fs_acc, t_ppg, t_acc, scale, acc_unit, led
        As `wristpulse.estimate` takes them.

    Returns
    -------
    streams : list of SensorStream
        One for each LED.
    notes : tuple of str
        How the signals were scaled, one line each.

    Raises
    ------
    SignalError
        As `wristpulse.estimate` does.
    """
    if isinstance(ppg, Recording):
        given = {"acc": acc, "fs_ppg": fs_ppg, "fs_acc": fs_acc, "t_ppg": t_ppg, "t_acc": t_acc}
        extra = [name for name, value in given.items() if value is not None]
        extra += [name for name, value in (("scale", scale), ("acc_unit", acc_unit)) if value != "auto"]
        if extra:
            raise SignalError(", ".join(extra), "nothing: a Recording brings it with it", "a value")
        note = f"ppg: lsb {ppg.ppg_lsb:g} and zero {ppg.ppg_zero}, as the recording has them"
        which = range(check_all(ppg.ppg)) if led == "all" else (led,)
        return [to_counts(ppg, one) for one in which], (note,)
    if isinstance(ppg, (list, tuple)) and ppg and isinstance(ppg[0], Recording):
        found = f"a list of {len(ppg)}; choose one, as in recordings[0]"
        raise SignalError("ppg", "an array or one Recording", found)
    if acc is None:
        raise SignalError("acc", "an array of shape (m, 3)", "none")
    which = range(check_all(np.asarray(ppg))) if led == "all" else (led or 0,)
    lights = [series("ppg", ppg_values(ppg, one), fs_ppg, t_ppg) for one in which]
    motion = series("acc", acc_values(acc), fs_acc, t_acc)
    check_same_time(lights[0], motion)
    ppg_to = [found_ppg_scale(scale, light.values, light.rate_hz) for light in lights]
    acc_to = found_acc_scale(acc_unit, motion.values, motion.rate_hz)
    streams = [counts(light, motion, to, acc_to) for light, to in zip(lights, ppg_to, strict=True)]
    return streams, (*dict.fromkeys(to.why for to in ppg_to), acc_to.why)


def check_all(ppg: Any) -> int:
    """Count the LEDs of a PPG that are to be fused.

    Parameters
    ----------
    ppg : ndarray (n,) or (n, LEDs)

    Returns
    -------
    int

    Raises
    ------
    SignalError
        None, or more than can be fused.
    """
    count = 1 if ppg.ndim == 1 else ppg.shape[1]
    if not 1 <= count <= FUSION_LEDS:
        raise SignalError("ppg", f'1 to {FUSION_LEDS} LEDs for led="all"', str(count))
    return int(count)
