# SPDX-License-Identifier: Apache-2.0
"""The windows that networks learn from, split by person."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.config import ConfigError, Data
from training.recordings import Recording, iter_dataset
from training.recordings.registry import SIMULATOR
from training.signal import labelled_windows


@dataclass(frozen=True)
class Windows:
    """Network inputs int8 (n, 4, 256), 32 steps a standard deviation, and reference BPM float32 (n,), NaN
    unknown.
    """

    inputs: np.ndarray
    bpm: np.ndarray

    def __len__(self) -> int:
        return len(self.bpm)

    def network_inputs(self) -> list[np.ndarray]:
        """PPG float32 (n, 1, 256, 1) and ACC float32 (n, 1, 256, 3) in standard deviations."""
        scaled = self.inputs.astype(np.float32) / 32
        return [scaled[:, None, 0, :, None], np.moveaxis(scaled[:, None, 1:], 2, 3)]


@dataclass(frozen=True)
class Corpus:
    """Windows to learn from, recordings to judge by; `digest` names exactly these."""

    train: Windows
    validation: Windows
    validation_recordings: tuple[Recording, ...]
    test: tuple[Recording, ...]
    subjects: dict[str, tuple[str, ...]]  # "train", "validation", "test"
    digest: str


def split(subjects: list[str], data: Data, where: str) -> dict[str, tuple[str, ...]]:
    """Subjects by role. None named: the last one is tested on, the one before chooses the epoch."""
    for field in ("test", "validation"):
        unknown = sorted(set(getattr(data, field)) - set(subjects))
        if unknown:
            raise ConfigError(
                where, f"data.{field}", f"subjects among {', '.join(subjects)}", ", ".join(unknown)
            )
    if len(subjects) < 3:
        raise ConfigError(where, "data", "at least 3 subjects: train, validation, test", f"{len(subjects)}")
    test = data.test or (subjects[-1],)
    rest = [s for s in subjects if s not in test]
    validation = data.validation or (rest[-1],)
    train = tuple(s for s in rest if s not in validation)
    roles = {"train": train, "validation": tuple(validation), "test": tuple(test)}
    both = sorted(set(validation) & set(test))
    if both or not train:
        raise ConfigError(
            where, "data", "every subject on one side only, and some to train on", both or "none to train"
        )
    return roles


def load(data: Data, folder: Path | None, progress: Callable[[str], None] = print) -> Corpus:
    """Read the data set and cut it into windows; RecordingError or ConfigError where that cannot be."""
    recordings = list(iter_dataset(data.dataset, folder, **_options(data)))
    order = list(dict.fromkeys(r.subject for r in recordings))
    roles = split(order, data, data.dataset)
    sides: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"train": [], "validation": []}
    digest = hashlib.sha256(repr(data).encode())
    for number, recording in enumerate(recordings, 1):
        side = next(role for role, names in roles.items() if recording.subject in names)
        for array in (recording.ppg, recording.acc, recording.hr):
            digest.update(b"-" if array is None else array.tobytes())
        if side == "test":
            continue
        leds = range(recording.ppg.shape[1]) if data.all_leds and side == "train" else (None,)
        for led in leds:
            inputs, bpm, _ = labelled_windows(recording, data.aligned_labels, led)
            sides[side].append((inputs, bpm.astype(np.float32)))
        progress(f"{data.dataset}: {number}/{len(recordings)} {recording.name}: {len(bpm)} windows, {side}")
    train, validation = (_join(sides[side], data, side) for side in ("train", "validation"))
    if data.max_windows and len(train) > data.max_windows:
        chosen = np.linspace(0, len(train) - 1, data.max_windows).round().astype(int)
        train = Windows(train.inputs[chosen], train.bpm[chosen])
    judges = (tuple(r for r in recordings if r.subject in roles[side]) for side in ("validation", "test"))
    return Corpus(train, validation, *judges, roles, digest.hexdigest())


def _options(data: Data) -> dict:
    if data.dataset != SIMULATOR:
        return {}
    return {"subjects": data.simulated_subjects, "minutes": data.simulated_minutes}


def _join(parts: list[tuple[np.ndarray, np.ndarray]], data: Data, side: str) -> Windows:
    inputs, bpm = (np.concatenate(column) for column in zip(*parts, strict=True))
    known = np.isfinite(bpm)
    if not known.any():
        raise ConfigError(data.dataset, f"data, {side} side", "windows with a reference heart rate", "none")
    return Windows(inputs[known], bpm[known])
