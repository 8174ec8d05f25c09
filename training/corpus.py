# SPDX-License-Identifier: Apache-2.0
"""The windows that networks learn from, split by person."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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

    def evenly(self, count: int) -> "Windows":
        """At most `count` of them, evenly spread; all for 0."""
        if not 0 < count < len(self):
            return self
        chosen = np.linspace(0, len(self) - 1, count).round().astype(int)
        return Windows(self.inputs[chosen], self.bpm[chosen])

    def network_inputs(self) -> list[np.ndarray]:
        """PPG float32 (n, 1, 256, 1) and ACC float32 (n, 1, 256, 3) in standard deviations."""
        scaled = self.inputs.astype(np.float32) / 32
        return [scaled[:, None, 0, :, None], np.moveaxis(scaled[:, None, 1:], 2, 3)]


@dataclass(frozen=True)
class Corpus:
    """Recordings by the role of their subjects; `digest` names exactly these."""

    data: Data
    recordings: dict[str, tuple[Recording, ...]]  # "train", "validation", "test"
    digest: str

    @property
    def subjects(self) -> dict[str, list[str]]:
        """Subjects by role."""
        return {role: list(dict.fromkeys(r.subject for r in of)) for role, of in self.recordings.items()}

    @cached_property
    def train(self) -> Windows:
        """Labelled windows to learn from, at most `data.max_windows`; ConfigError if there are none."""
        return self._windows("train", self.data.all_leds).evenly(self.data.max_windows)

    @cached_property
    def validation(self) -> Windows:
        """Labelled windows that choose the epoch; ConfigError if there are none."""
        return self._windows("validation", all_leds=False)

    def _windows(self, role: str, all_leds: bool) -> Windows:
        parts = [
            labelled_windows(recording, self.data.aligned_labels, led)[:2]
            for recording in self.recordings[role]
            for led in (range(recording.ppg.shape[1]) if all_leds else (None,))
        ]
        inputs, bpm = (np.concatenate(column) for column in zip(*parts, strict=True))
        known = np.isfinite(bpm)
        if not known.any():
            expected = "windows with a reference heart rate"
            raise ConfigError(self.data.dataset, f"data, {role} side", expected, "none")
        return Windows(inputs[known], bpm[known].astype(np.float32))


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
    """Read the data sets, named as in `bami1+troika`; RecordingError or ConfigError where that cannot be."""
    recordings = []
    for name in data.dataset.split("+"):
        for recording in iter_dataset(name, folder, **_options(name, data)):
            recordings.append(recording)
            progress(f"{name}: {recording.name}, {recording.seconds / 60:.1f} min")
    several = "+" in data.dataset
    names = [f"{r.dataset}/{r.subject}" if several else r.subject for r in recordings]
    roles = split(list(dict.fromkeys(names)), data, data.dataset)
    by_role = {
        role: tuple(r for r, name in zip(recordings, names, strict=True) if name in members)
        for role, members in roles.items()
    }
    return Corpus(data, by_role, _digest(data, recordings))


def _options(name: str, data: Data) -> dict:
    if name != SIMULATOR:
        return {}
    return {"subjects": data.simulated_subjects, "minutes": data.simulated_minutes}


def _digest(data: Data, recordings: list[Recording]) -> str:
    digest = hashlib.sha256(repr(data).encode())
    for recording in recordings:
        for array in (recording.ppg, recording.acc, recording.hr):
            digest.update(b"-" if array is None else array.tobytes())
    return digest.hexdigest()
