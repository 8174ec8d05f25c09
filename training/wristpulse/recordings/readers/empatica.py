# SPDX-License-Identifier: Apache-2.0
"""PPG-DaLiA and WESAD: wrist signals of an Empatica E4 beside a chest ECG, one pickle a subject.

PPG-DaLiA: Reiss et al., Sensors 19(14):3079, 2019: S1..S15, HR of every 8 s window, 2 s apart.
WESAD: Schmidt et al., ICMI 2018: S2..S17 without S12, a chest ECG at 700 Hz instead of HR.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from wristpulse.recordings.readers import pickles
from wristpulse.recordings.readers.archive import CHUNK, members
from wristpulse.recordings.readers.reference import ecg_rate
from wristpulse.recordings.recording import (
    ACTIVITIES,
    HOP_S,
    WINDOW_S,
    Recording,
    RecordingError,
    make_recording,
    plausible,
    window_starts,
)

FS_PPG, FS_ACC = 64.0, 32.0
FS_ECG = 700.0
FS_ACTIVITY = 4
E4_FIELDS = {  # an E4's blood volume pulse: the same scale for every set recorded with one
    "ppg_unit": "E4 BVP (nW, high-passed by the device)",
    "ppg_lsb": 1 / 64,
    "ppg_zero": 131072,
}
_PICKLE = re.compile(r"(?:.*/)?(S\d+)/\1\.pkl")


def read_dalia(place: Path) -> Iterator[Recording]:
    """Read PPG-DaLiA from its pickles, in the order of the subjects' numbers.

    Parameters
    ----------
    place : Path
        The folder of S1/S1.pkl and so on, or the published zip archive.

    Yields
    ------
    Recording
        PPG at 64 Hz, acceleration in g at 32 Hz, heart rate (BPM) and activity of every 8 s window.

    Raises
    ------
    RecordingError
        A pickle is damaged, holds more than arrays, or lacks a key.
    """
    for label, subject, data in _subjects(place):
        yield _dalia(label, subject, data)


def read_wesad(place: Path) -> Iterator[Recording]:
    """Read WESAD from its pickles, in the order of the subjects' numbers.

    Parameters
    ----------
    place : Path
        The folder of S2/S2.pkl and so on, or the published zip archive.

    Yields
    ------
    Recording
        PPG at 64 Hz, acceleration in g at 32 Hz. `ecg_rate` makes the heart rates (BPM) from the chest ECG.

    Raises
    ------
    RecordingError
        A pickle is damaged, holds more than arrays, or lacks a key; the ECG has another length or is not
        finite.
    """
    for label, subject, data in _subjects(place):
        yield _wesad(label, subject, data)


def e4_to_g(acc: np.ndarray) -> np.ndarray:
    """Convert an E4's acceleration to g; gravity tells which unit it is in.

    Parameters
    ----------
    acc : ndarray (n, 3)
        In g or in the device's 1/64 g.

    Returns
    -------
    ndarray (n, 3)
        In g: divided by 64 where the median magnitude is above 8.

    Examples
    --------
    >>> e4_to_g(np.array([[0.0, 0.0, 64.0]])).tolist(), e4_to_g(np.array([[0.0, 0.0, 1.0]])).tolist()
    ([[0.0, 0.0, 1.0]], [[0.0, 0.0, 1.0]])
    """
    magnitude = np.median(np.linalg.norm(acc, axis=1)) if acc.ndim == 2 and len(acc) else 0.0
    return acc / 64.0 if magnitude > 8.0 else acc


def _subjects(place: Path) -> Iterator[tuple[str, str, object]]:
    """Label, subject and unpickled content of every subject's pickle, in the order of their numbers."""
    if place.is_dir():
        matches = (_PICKLE.fullmatch(path.as_posix()) for path in place.glob("S*/S*.pkl"))
        for found in sorted(filter(None, matches), key=lambda match: int(match[1][1:])):
            with open(found[0], "rb") as file:
                yield found[0], found[1], pickles.load(file, found[0])
        return
    any_found = False
    for member in members(place):
        if match := _PICKLE.fullmatch(member.name):
            any_found = True
            with member.open() as file:
                yield member.label, match[1], pickles.load(_buffered(file), member.label)
    if not any_found:
        raise RecordingError(place, "members", "S1/S1.pkl and others", "none of them")


def _buffered(file: IO[bytes]) -> IO[bytes]:
    """A reader whose long `readline`s (text pickles) do not go through zipfile's small steps."""
    return io.BufferedReader(file, CHUNK)  # type: ignore[type-var]


def _dalia(label: str, subject: str, data: object) -> Recording:
    hr = _array(label, data, "label").ravel()
    starts = np.arange(len(hr)) * HOP_S
    return make_recording(
        label,
        dataset="dalia",
        subject=subject,
        name=subject,
        **_wrist(label, data),
        hr=plausible(hr),
        hr_start_s=starts,
        activity=_activity(label, _array(label, data, "activity").ravel(), starts),
        licence="CC BY 4.0",
    )


def _wesad(label: str, subject: str, data: object) -> Recording:
    wrist = _wrist(label, data)
    seconds = len(wrist["ppg"]) / FS_PPG
    ecg = _array(label, data, "signal", "chest", "ECG").ravel()
    if abs(len(ecg) / FS_ECG - seconds) > HOP_S:
        expected = f"about {round(seconds * FS_ECG)} samples ({FS_ECG:g} Hz over the PPG's {seconds:.1f} s)"
        raise RecordingError(label, "signal/chest/ECG", expected, str(len(ecg)))
    if not np.isfinite(ecg).all():
        raise RecordingError(label, "signal/chest/ECG", "finite samples", f"{(~np.isfinite(ecg)).sum()} not")
    starts = window_starts(seconds)
    return make_recording(
        label,
        dataset="wesad",
        subject=subject,
        name=subject,
        **wrist,
        hr=ecg_rate(ecg, FS_ECG, starts),
        hr_start_s=starts,
        licence="research use with citation",
    )


def _wrist(label: str, data: object) -> dict:
    acc = _array(label, data, "signal", "wrist", "ACC")
    return {
        "ppg": _array(label, data, "signal", "wrist", "BVP"),
        "fs_ppg": FS_PPG,
        "acc": e4_to_g(acc),
        "fs_acc": FS_ACC,
        **E4_FIELDS,
    }


def _array(label: str, data: object, *keys: str) -> np.ndarray:
    """The numeric array at a path of dictionary keys, or `RecordingError`."""
    field = "/".join(keys)
    for depth, key in enumerate(keys):
        if not isinstance(data, dict) or key not in data:
            found = ", ".join(map(str, list(data)[:8])) if isinstance(data, dict) else type(data).__name__
            raise RecordingError(label, "/".join(keys[: depth + 1]), "a key of that name", found or "nothing")
        data = data[key]
    if not isinstance(data, np.ndarray) or data.dtype.kind not in "iuf":
        raise RecordingError(
            label, field, "a numeric array", str(getattr(data, "dtype", type(data).__name__))
        )
    return data


def _activity(label: str, codes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The commonest activity (4 Hz) in each window."""
    whole = codes.astype(np.int64)
    if len(whole) and not (0 <= whole.min() and whole.max() < len(ACTIVITIES)):
        expected = f"codes 0 to {len(ACTIVITIES) - 1}"
        raise RecordingError(label, "activity", expected, f"{whole.min()} to {whole.max()}")
    if len(starts) and len(whole) < int(starts[-1] * FS_ACTIVITY) + 1:
        expected = f"{FS_ACTIVITY} Hz up to {starts[-1] + WINDOW_S:g} s"
        raise RecordingError(label, "activity", expected, f"{len(whole)} samples")
    first = (starts * FS_ACTIVITY).astype(int)
    width = int(WINDOW_S * FS_ACTIVITY)
    return np.array([np.bincount(whole[i : i + width]).argmax() for i in first], dtype=np.int64)
