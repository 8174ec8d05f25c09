# SPDX-License-Identifier: Apache-2.0
"""The one form in which every data set reaches the rest of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from numpy.typing import ArrayLike

from wristpulse.support.errors import UserError

WINDOW_S = 8.0  # length of a reference window, all published sets
HOP_S = 2.0  # step between reference windows
LEAST_HZ = 10.0  # samples further apart than 100 ms are gaps (docs/signal_path.md, section 2)
HR_RANGE = (30.0, 220.0)  # BPM; reference values outside are glitches of the reference, not hearts

# PPG-DaLiA's activity codes (0 to 8), continued.
ACTIVITIES = (
    *("transition", "sitting", "stairs", "table soccer", "cycling", "driving", "lunch", "walking", "working"),
    "running",
)


class RecordingError(UserError):
    """A recording that cannot be read: which file, which field of it, what was expected, what was found."""


@dataclass(frozen=True, eq=False)
class Recording:
    """PPG and acceleration of one wrist over one stretch of time, with its reference heart rate if any.

    Both signals start at time 0 of the recording clock. Sensor counts are
    `round(ppg / ppg_lsb) + ppg_zero`, 18-bit unsigned, one scale for a whole data set.
    """

    dataset: str
    subject: str  # unique within the data set; one person has one name
    name: str  # unique within the data set
    ppg: Float32[np.ndarray, "n leds"]  # the publisher's units
    fs_ppg: float  # Hz
    ppg_unit: str
    ppg_lsb: float  # publisher's units per count
    ppg_zero: int  # counts at ppg = 0
    acc: Float32[np.ndarray, "m 3"]  # g, gravity included
    fs_acc: float  # Hz
    hr: Float32[np.ndarray, " w"] | None  # BPM over 8 s windows; NaN where unknown
    hr_start_s: Float64[np.ndarray, " w"]  # window starts, seconds on the recording clock as published
    label_offset_s: float = 0.0  # an aligned window starts at hr_start_s + label_offset_s
    activity: Int64[np.ndarray, " w"] | None = None  # index into ACTIVITIES
    led: int = 0  # default channel
    licence: str = ""
    contact: Bool[np.ndarray, " n"] | None = None  # known only in simulation: the sensor touches skin

    @property
    def seconds(self) -> float:
        """Duration covered by both signals."""
        return min(len(self.ppg) / self.fs_ppg, len(self.acc) / self.fs_acc)


def window_starts(seconds: float) -> Float64[np.ndarray, " w"]:
    """Start of every whole reference window of 8 s, one every 2 s.

    Parameters
    ----------
    seconds : float
        Length of the recording.

    Returns
    -------
    ndarray, float64 (w,)
        Seconds from the recording's start; empty below 8 s.

    Examples
    --------
    >>> window_starts(12.5)
    array([0., 2., 4.])
    """
    return np.arange(max(0, int((seconds - WINDOW_S) / HOP_S + 1e-9) + 1)) * HOP_S


def plausible(hr: ArrayLike) -> Float32[np.ndarray, " w"]:
    """Replace reference heart rates outside 30 to 220 BPM by NaN: they are glitches of the reference.

    Parameters
    ----------
    hr : array_like (w,) or (w, 1)
        BPM.

    Returns
    -------
    ndarray, float32 (w,)

    Examples
    --------
    >>> plausible([61.5, 0.0, 250.0])
    array([61.5,  nan,  nan], dtype=float32)
    """
    bpm = np.asarray(hr, dtype=np.float32).ravel()
    with np.errstate(invalid="ignore"):
        return np.where((bpm >= HR_RANGE[0]) & (bpm <= HR_RANGE[1]), bpm, np.float32(np.nan))


def check_name(path: Path | str, field: str, name: str) -> None:
    """Check that a name can be part of a path.

    Parameters
    ----------
    path : Path or str
        Names the file in errors.
    field : str
        Names the field in errors: "dataset", "subject" or "name".
    name : str

    Raises
    ------
    RecordingError
        The name is empty, "." or "..", or has a slash, a backslash or a control character.

    Examples
    --------
    >>> check_name("walk.npz", "subject", "../anna")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    wristpulse.recordings.recording.RecordingError: walk.npz: subject: expected ... found '../anna'
    """
    if not re.fullmatch(r"[^/\\\x00-\x1f]+", name) or name in (".", ".."):
        raise RecordingError(path, field, "a name without separators", repr(name))


def make_recording(path: Path | str, **fields) -> Recording:
    """Check the fields of a recording and make it, with contiguous arrays.

    Parameters
    ----------
    path : Path or str
        Names the file in errors.
    **fields
        Fields of `Recording`. Without ``hr_start_s`` the windows are all whole ones from the start on.

    Returns
    -------
    Recording

    Raises
    ------
    RecordingError
        Wrong shapes or types, rates below 10 Hz, samples that are not finite, signals of unequal duration,
        acceleration that is not in g, labels beyond the end, or less than one window.

    Examples
    --------
    >>> acc = np.tile([0.0, 0.0, 1.0], (320, 1))
    >>> sine = np.sin(np.arange(640) / 8)[:, None]
    >>> made = make_recording(
    ...     "example", dataset="own", subject="anna", name="anna-1", ppg=sine, fs_ppg=64, ppg_unit="V",
    ...     ppg_lsb=1e-4, ppg_zero=131072, acc=acc, fs_acc=32, hr=None)
    >>> made.seconds, made.hr_start_s
    (10.0, array([0., 2.]))
    """
    for key in ("fs_ppg", "fs_acc", "ppg_lsb"):
        value = float(fields[key])
        if not (np.isfinite(value) and value > 0):
            raise RecordingError(path, key, "a positive number", repr(fields[key]))
        if key != "ppg_lsb" and value < LEAST_HZ:
            expected = f"{LEAST_HZ:g} Hz or more (samples over 100 ms apart are gaps)"
            raise RecordingError(path, key, expected, f"{value:g} Hz")
        fields[key] = value
    fields["ppg"] = _signal(path, "ppg", fields["ppg"], columns=None)
    fields["acc"] = _signal(path, "acc", fields["acc"], columns=3)
    if fields.get("hr_start_s") is None:
        fields["hr_start_s"] = window_starts(len(fields["ppg"]) / fields["fs_ppg"])
    fields["hr_start_s"] = np.asarray(fields["hr_start_s"], dtype=np.float64).ravel()
    for key, dtype in (("hr", np.float32), ("activity", np.int64)):
        if fields.get(key) is not None:
            fields[key] = np.ascontiguousarray(fields[key], dtype=dtype)
            if fields[key].shape != fields["hr_start_s"].shape:
                raise RecordingError(
                    path, key, f"{len(fields['hr_start_s'])} windows", f"shape {fields[key].shape}"
                )
    contact = fields.get("contact")
    if contact is not None and (contact.dtype != bool or contact.shape != fields["ppg"].shape[:1]):
        found = f"{contact.dtype} of shape {contact.shape}"
        raise RecordingError(path, "contact", f"bool, one for each of {len(fields['ppg'])} samples", found)
    recording = Recording(**fields)
    _check(path, recording)
    return recording


def _signal(path, field: str, value, columns: int | None) -> np.ndarray:
    array = np.asarray(value)
    wanted = f"numbers of shape (samples, {columns or 'leds'})"
    if array.dtype.kind not in "iuf":
        raise RecordingError(path, field, wanted, f"type {array.dtype}")
    if array.ndim != 2 or array.shape[1] == 0 or (columns and array.shape[1] != columns):
        raise RecordingError(path, field, wanted, f"shape {array.shape}")
    array = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(array).all():
        bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
        raise RecordingError(
            path, field, "finite samples", f"{len(bad)} that are not, the first at sample {bad[0]}"
        )
    return array


def _check(path, recording: Recording) -> None:
    seconds = len(recording.ppg) / recording.fs_ppg
    if recording.seconds < WINDOW_S:
        raise RecordingError(
            path, "ppg, acc", f"at least one window of {WINDOW_S:g} s", f"{recording.seconds:.2f} s"
        )
    if abs(len(recording.acc) / recording.fs_acc - seconds) > HOP_S:
        raise RecordingError(
            path,
            "acc",
            f"about {round(seconds * recording.fs_acc)} samples ({recording.fs_acc:g} Hz over the PPG's "
            f"{seconds:.1f} s)",
            str(len(recording.acc)),
        )
    magnitude = float(np.median(np.linalg.norm(recording.acc, axis=1)))
    if not 0.3 < magnitude < 3.0:  # gravity alone is 1; the widest published recording has 1.5
        raise RecordingError(
            path, "acc", "g with gravity (median magnitude 0.3 to 3)", f"median magnitude {magnitude:.3g}"
        )
    starts = recording.hr_start_s
    if len(starts) and not (np.isfinite(starts).all() and starts[0] >= 0 and (np.diff(starts) > 0).all()):
        raise RecordingError(path, "hr_start_s", "increasing times from 0 on", f"{starts[:3]}...")
    if len(starts) and starts[-1] > seconds:  # a label may outlast the signals, but not lie outside them
        raise RecordingError(
            path, "hr", f"windows within {seconds:.1f} s", f"one that starts at {starts[-1]} s"
        )
    if not 0 <= recording.led < recording.ppg.shape[1]:
        raise RecordingError(path, "led", f"0 to {recording.ppg.shape[1] - 1}", str(recording.led))


def by_subject(recordings: Iterable[Recording]) -> dict[str, list[Recording]]:
    """Group recordings of one data set by the person who wore the sensor.

    Parameters
    ----------
    recordings : iterable of Recording

    Returns
    -------
    dict of str to list of Recording
        Subjects and each one's recordings in their order.

    Examples
    --------
    >>> from wristpulse.recordings import simulate
    >>> {subject: len(of) for subject, of in by_subject([simulate(1, 20.0), simulate(1, 20.0)]).items()}
    {'sim1': 2}
    """
    people: dict[str, list[Recording]] = {}
    for recording in recordings:
        people.setdefault(recording.subject, []).append(recording)
    return people
