# SPDX-License-Identifier: Apache-2.0
"""Recordings: `open_dataset(name, folder)` reads any known data set as a list of `Recording`."""

from wristpulse.recordings.readers.arrays import load_recording, save_recording
from wristpulse.recordings.recording import (
    ACTIVITIES,
    HOP_S,
    WINDOW_S,
    Recording,
    RecordingError,
    by_subject,
    make_recording,
)
from wristpulse.recordings.registry import DATASETS, iter_dataset, open_dataset
from wristpulse.recordings.simulated.simulator import simulate

__all__ = [
    "ACTIVITIES",
    "DATASETS",
    "HOP_S",
    "WINDOW_S",
    "Recording",
    "RecordingError",
    "by_subject",
    "iter_dataset",
    "load_recording",
    "make_recording",
    "open_dataset",
    "save_recording",
    "simulate",
]
