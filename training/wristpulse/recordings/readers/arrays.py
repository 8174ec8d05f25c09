# SPDX-License-Identifier: Apache-2.0
"""Recordings kept as .npz: a user's own (docs/data.md), and two wrist sets that come that way."""

import dataclasses
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wristpulse.recordings.readers.empatica import E4_FIELDS, e4_to_g
from wristpulse.recordings.recording import (
    ACTIVITIES,
    HOP_S,
    Recording,
    RecordingError,
    check_name,
    make_recording,
    plausible,
)
from wristpulse.recordings.scale import SignalError, ppg_scale
from wristpulse.support.files import replacing

FORMAT = "pulse-recording-1"
_REQUIRED = ("ppg", "fs_ppg", "acc", "fs_acc")
_TEXT = {"dataset": "own", "subject": None, "name": None, "ppg_unit": "counts", "licence": ""}
_NAMES = ("dataset", "subject", "name")
_NUMBERS = {"ppg_lsb": 1.0, "ppg_zero": 0, "label_offset_s": 0.0, "led": 0}
_OPTIONAL = ("hr", "hr_start_s", "activity", "contact")


def save_recording(path: Path, recording: Recording, **further: np.ndarray) -> None:
    """Write a recording as a compressed .npz: beside its place first, then renamed.

    Parameters
    ----------
    path : Path
    recording : Recording
    **further : ndarray
        Arrays to keep with it; `load_recording` passes over them.

    Raises
    ------
    OSError
        It cannot be written.
    """
    path = Path(path)
    content = {key: getattr(recording, key) for key in (*_REQUIRED, *_TEXT, *_NUMBERS, *_OPTIONAL)}
    with replacing(path) as beside, beside.open("wb") as file:
        given: dict[str, Any] = {key: value for key, value in content.items() if value is not None}
        given |= further
        np.savez_compressed(file, format=FORMAT, **given)


def load_recording(path: Path) -> Recording:
    """Read a recording in the repository's own .npz format (docs/data.md).

    A PPG that comes without ppg_lsb and ppg_zero gets the scale that `scale.ppg_scale` finds.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Recording

    Raises
    ------
    RecordingError
        No such file, no .npz, a field missing or wrong.

    Examples
    --------
    >>> import tempfile
    >>> from wristpulse.recordings.simulated.simulator import simulate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_recording(Path(folder) / "one.npz", simulate(1, 10.0))
    ...     load_recording(Path(folder) / "one.npz").subject
    'sim1'
    """
    path = Path(path)
    content = _content(path)
    if str(content.get("format", "")) != FORMAT:
        raise RecordingError(path, "format", repr(FORMAT), repr(str(content.get("format", "none"))))
    for key in _REQUIRED:
        _need(path, content, key)
    fields: dict[str, Any] = {
        key: str(content.get(key, path.stem if usual is None else usual)) for key, usual in _TEXT.items()
    }
    for key in _NAMES:
        check_name(path, key, fields[key])
    fields |= {key: _number(path, key, content.get(key, usual)) for key, usual in _NUMBERS.items()}
    fields |= {key: _whole(path, key, fields[key]) for key in ("ppg_zero", "led")}
    fields |= {key: _number(path, key, content[key]) for key in ("fs_ppg", "fs_acc")}
    ppg = content["ppg"][:, None] if content["ppg"].ndim == 1 else content["ppg"]
    hr, starts = (_need(path, content, key) if key in content else None for key in ("hr", "hr_start_s"))
    if starts is None and hr is not None:
        starts = np.arange(hr.size) * HOP_S
    recording = make_recording(
        path,
        ppg=ppg,
        acc=content["acc"],
        hr=None if hr is None else plausible(hr),
        hr_start_s=starts,
        activity=_activities(path, content.get("activity")),
        contact=content.get("contact"),
        **fields,
    )
    if "ppg_lsb" not in content and "ppg_zero" not in content:
        recording = _scaled(path, recording)
    _check_scale(path, recording)
    return recording


def _scaled(path: Path, recording: Recording) -> Recording:
    try:
        scale = ppg_scale(recording.ppg, recording.fs_ppg)
    except SignalError as error:
        raise RecordingError(path, error.array, error.expected, error.found) from error
    return dataclasses.replace(recording, ppg_lsb=scale.lsb, ppg_zero=scale.zero)


def read_own(folder: Path) -> Iterator[Recording]:
    """Read all recordings (*.npz) of a folder, in the order of their file names.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        A file is damaged, or two recordings have one name.
    """
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob("*.npz")):
        recording = load_recording(path)
        first = seen.setdefault(recording.name, path)
        if first != path:
            raise RecordingError(path, "name", "one of its own", f"{recording.name}, as in {first.name}")
        yield recording


def read_wrist(folder: Path) -> Iterator[Recording]:
    """Read WESAD's wrist signals without reference heart rate: S2.npz and so on.

    Parameters
    ----------
    folder : Path
        Holds ``S*.npz`` with arrays ppg (n, 1), fs_ppg, acc (m, 3) and fs_acc, and optionally ppg_scale and
        acc_scale_g, by which ppg and acc are multiplied.

    Yields
    ------
    Recording
        Without ``hr``, in the order of the subjects' numbers.

    Raises
    ------
    RecordingError
        A file is damaged or lacks an array.
    """
    for path, subject in _numbered(folder):
        content = _content(path)
        yield _e4(path, content, "wrist-npz", subject, hr=None)


def read_named(folder: Path, pattern: str) -> Iterator[Recording]:
    """Read a published set that is kept in the repository's own format.

    Parameters
    ----------
    folder : Path
    pattern : str
        Glob pattern of the files' names.

    Yields
    ------
    Recording
        In the order of the file names.

    Raises
    ------
    RecordingError
        A file is damaged.
    """
    for path in sorted(folder.glob(pattern)):
        yield load_recording(path)


def read_dalia_s6(folder: Path) -> Iterator[Recording]:
    """Read seven minutes of PPG-DaLiA's S6 on stairs: S6.npz, as `download` saves it or as plain arrays.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording
        With reference heart rate (BPM), from ``hr_bpm`` at ``win_start_s`` where the file has plain arrays.

    Raises
    ------
    RecordingError
        The file is damaged or lacks an array.
    """
    for path, subject in _numbered(folder):
        content = _content(path)
        if "format" in content:
            yield load_recording(path)
            continue
        yield _e4(
            path,
            content,
            "dalia-s6",
            subject,
            hr=plausible(_need(path, content, "hr_bpm")),
            hr_start_s=_need(path, content, "win_start_s"),
            activity=_activities(path, content.get("activity")),
        )


def _e4(path: Path, content: dict, dataset: str, subject: str, **fields) -> Recording:
    scale = {key: _number(path, key, content.get(key, 1.0)) for key in ("ppg_scale", "acc_scale_g")}
    return make_recording(
        path,
        dataset=dataset,
        subject=subject,
        name=subject,
        ppg=_need(path, content, "ppg") * scale["ppg_scale"],
        fs_ppg=_number(path, "fs_ppg", _need(path, content, "fs_ppg")),
        acc=e4_to_g(_need(path, content, "acc") * scale["acc_scale_g"]),
        fs_acc=_number(path, "fs_acc", _need(path, content, "fs_acc")),
        licence="CC BY 4.0" if dataset == "dalia-s6" else "research use with citation",
        **E4_FIELDS,
        **fields,
    )


def _content(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz, none of them of Python objects."""
    whole = "a whole .npz of plain arrays"
    if path.is_file() and not zipfile.is_zipfile(path):
        head = path.read_bytes()[:512]
        kind = "an empty file" if not head else "a .npz cut short" if head[:2] == b"PK" else _kind(head)
        raise RecordingError(path, "file", whole, kind)
    try:
        with np.load(path, allow_pickle=False) as file:
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("a single array")
            return {key: file[key] for key in file.files}
    except Exception as error:  # numpy and zipfile raise many kinds on bad bytes
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        if "allow_pickle" in reason:  # numpy's advice to load it all the same is unwise
            reason = "an array of Python objects (a pickle)"
        raise RecordingError(path, "file", whole, reason) from error


def _kind(head: bytes) -> str:
    """What a file's first bytes say that it is."""
    if head.startswith(b"\x93NUMPY"):
        return "a single array (.npy)"
    text = b"\0" not in head and all(byte >= 32 or byte in b"\t\r\n" for byte in head)
    return "a text file (tables of text: see read_csv in docs/data.md)" if text else "another kind of file"


def _need(path: Path, content: dict, key: str) -> np.ndarray:
    if key not in content:
        raise RecordingError(path, key, "an array of that name", ", ".join(content) or "nothing")
    if content[key].dtype.kind not in "iuf":
        raise RecordingError(path, key, "numbers", f"type {content[key].dtype}")
    return content[key]


def _number(path: Path, key: str, value) -> float:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise RecordingError(path, key, "one finite number", f"{array.dtype} of shape {array.shape}")
    return float(array.reshape(()))


def _whole(path: Path, key: str, value: float) -> int:
    if value != int(value):
        raise RecordingError(path, key, "a whole number", f"{value:g}")
    return int(value)


def _activities(path: Path, codes: np.ndarray | None) -> np.ndarray | None:
    if codes is None or (codes.dtype.kind in "iu" and (codes >= 0).all() and (codes < len(ACTIVITIES)).all()):
        return codes
    raise RecordingError(path, "activity", f"whole numbers 0 to {len(ACTIVITIES) - 1}", f"{codes.dtype}")


def _check_scale(path: Path, recording: Recording) -> None:
    """A user's PPG must make sense as 18-bit counts under the scale that came with it."""
    counts = recording.ppg / recording.ppg_lsb + recording.ppg_zero
    inside = float(((counts >= 0) & (counts < 2**18)).mean())
    if inside < 0.5 or float(np.ptp(counts)) < 16:
        raise RecordingError(
            path,
            "ppg_lsb, ppg_zero",
            "a scale by which PPG / ppg_lsb + ppg_zero uses the range 0 to 262143",
            f"{counts.min():.6g} to {counts.max():.6g}",
        )


def _numbered(folder: Path) -> list[tuple[Path, str]]:
    found = [path for path in folder.glob("S*.npz") if re.fullmatch(r"S\d+", path.stem)]
    return [(path, path.stem) for path in sorted(found, key=lambda path: int(path.stem[1:]))]
