# SPDX-License-Identifier: Apache-2.0
"""Heart rate from a wrist's light and motion, with the same bits as the firmware.

    import wristpulse as wp
    hr = wp.estimate(ppg, acc, fs_ppg=64, fs_acc=32)

Names load when they are first used (PEP 562), so that the import takes no time. docs/python.md.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wristpulse.api.compile import compile
    from wristpulse.api.estimate import WristStudent, estimate, load_student
    from wristpulse.api.given.files import (
        load_recordings,
        read_csv,
        read_e4,
        read_file,
        read_polar,
        read_recording,
        simulate,
    )
    from wristpulse.api.heart_rate import HeartRate
    from wristpulse.api.score import Score, score
    from wristpulse.api.stream import Stream
    from wristpulse.api.train import train
    from wristpulse.recordings.recording import Recording, RecordingError
    from wristpulse.recordings.scale import PpgScale, SignalError

DISTRIBUTION = "pulse-on-a-wrist"
_HOMES = {
    "compile": "api.compile",
    "WristStudent": "api.estimate",
    "estimate": "api.estimate",
    "load_student": "api.estimate",
    "load_recordings": "api.given.files",
    "read_csv": "api.given.files",
    "read_e4": "api.given.files",
    "read_file": "api.given.files",
    "read_polar": "api.given.files",
    "read_recording": "api.given.files",
    "simulate": "api.given.files",
    "HeartRate": "api.heart_rate",
    "Score": "api.score",
    "score": "api.score",
    "Stream": "api.stream",
    "train": "api.train",
    "Recording": "recordings.recording",
    "RecordingError": "recordings.recording",
    "PpgScale": "recordings.scale",
    "SignalError": "recordings.scale",
}
__all__ = [
    "HeartRate",
    "PpgScale",
    "Recording",
    "RecordingError",
    "Score",
    "SignalError",
    "Stream",
    "WristStudent",
    "compile",
    "estimate",
    "load_recordings",
    "load_student",
    "read_csv",
    "read_e4",
    "read_file",
    "read_polar",
    "read_recording",
    "score",
    "simulate",
    "train",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        value = _version()
    elif name in _HOMES:
        value = getattr(importlib.import_module(f"wristpulse.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'wristpulse' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What a reader of `dir(wp)` can use; no imports of this file."""
    return sorted([*__all__, "__version__"])


def _version() -> str:
    """The installed distribution's version; "unknown" in a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
