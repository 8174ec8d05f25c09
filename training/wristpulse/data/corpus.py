# SPDX-License-Identifier: Apache-2.0
"""The windows that networks learn from, split by person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int8

from wristpulse.config.load import ConfigError
from wristpulse.config.settings import Data
from wristpulse.core.numbers import WINDOW
from wristpulse.data.folds import Fold, sides_of, wearer
from wristpulse.data.labels import labelled_windows
from wristpulse.recordings import Recording, iter_dataset
from wristpulse.recordings.registry import SIMULATED


@dataclass(frozen=True, kw_only=True)
class Examples:
    """What the paper's line learns from.

    Attributes
    ----------
    inputs
        32 steps a standard deviation.
    bpm
        Reference, NaN without one.
    """

    inputs: Int8[np.ndarray, "n 4 256"]
    bpm: Float32[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.bpm)

    def thinned(self, count: int) -> Examples:
        """Keep at most so many examples, evenly spread.

        Parameters
        ----------
        count : int
            0 keeps all.

        Returns
        -------
        Examples
        """
        if not 0 < count < len(self):
            return self
        chosen = np.linspace(0, len(self) - 1, count).round().astype(int)
        return Examples(inputs=self.inputs[chosen], bpm=self.bpm[chosen])

    def network_inputs(self) -> list[np.ndarray]:
        """Scale the inputs for a network in floating point.

        Returns
        -------
        list of ndarray, float32
            PPG (n, 1, 256, 1) and ACC (n, 1, 256, 3), in standard deviations.
        """
        scaled = self.inputs.astype(np.float32) / 32
        return [scaled[:, None, 0, :, None], np.moveaxis(scaled[:, None, 1:], 2, 3)]


@dataclass(frozen=True)
class Corpus:
    """Recordings by the role of their subjects; `digest` names exactly these."""

    data: Data
    recordings: dict[str, tuple[Recording, ...]]  # "train", "validation", "test", "unlabelled"
    digest: str

    @property
    def subjects(self) -> dict[str, list[str]]:
        """Subjects by role."""
        return {role: list(dict.fromkeys(r.subject for r in of)) for role, of in self.recordings.items()}

    @cached_property
    def train(self) -> Examples:
        """Labelled windows to learn from, at most `data.max_windows`; ConfigError if there are none."""
        return self._windows("train", self.data.all_leds).thinned(self.data.max_windows)

    @cached_property
    def validation(self) -> Examples:
        """Labelled windows that choose the epoch; ConfigError if there are none."""
        return self._windows("validation", all_leds=False)

    @cached_property
    def distillation(self) -> Examples:
        """Windows on which a student learns from a teacher: `train` and those without a label.

        Of the training people and of the unlabelled sets, at most `data.max_windows` more.
        """
        inputs, bpm = self._all_windows(("train", "unlabelled"), self.data.all_leds)
        unlabelled = ~np.isfinite(bpm)
        more = Examples(inputs=inputs[unlabelled], bpm=bpm[unlabelled]).thinned(self.data.max_windows)
        both = (self.train, more)
        return Examples(
            inputs=np.concatenate([e.inputs for e in both]), bpm=np.concatenate([e.bpm for e in both])
        )

    def _windows(self, role: str, all_leds: bool) -> Examples:
        inputs, bpm = self._all_windows((role,), all_leds)
        labelled = np.isfinite(bpm)
        if not labelled.any():
            expected = "windows with a reference heart rate"
            raise ConfigError(self.data.dataset, f"data, {role} side", expected, "none")
        return Examples(inputs=inputs[labelled], bpm=bpm[labelled])

    def _all_windows(self, roles: tuple[str, ...], all_leds: bool) -> tuple[np.ndarray, np.ndarray]:
        parts = [(np.empty((0, 4, WINDOW), np.int8), np.empty(0))] + [
            labelled_windows(recording, self.data.aligned_labels, led)[:2]
            for role in roles
            for recording in self.recordings.get(role, ())
            for led in (range(recording.ppg.shape[1]) if all_leds else (None,))
        ]
        inputs, bpm = (np.concatenate(column) for column in zip(*parts, strict=True))
        return inputs, bpm.astype(np.float32)


def split(subjects: list[str], data: Data, where: str) -> dict[str, tuple[str, ...]]:
    """Give each subject one role.

    Parameters
    ----------
    subjects : list of str
        At least three.
    data : Data
        Names those to test on and to validate by. Without names, the last one is tested on and the one before
        validates.
    where : str
        Names the data set in errors.

    Returns
    -------
    dict of str to tuple of str
        By role: "train", "validation", "test".

    Raises
    ------
    ConfigError
        An unknown subject, one in two roles, or none to train on.

    Examples
    --------
    >>> split(["S1", "S2", "S3"], Data(), "own")
    {'train': ('S1',), 'validation': ('S2',), 'test': ('S3',)}
    """
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


def check_folder(datasets: Iterable[str], data: Data, folder: Path | None) -> None:
    """Check that some data set is read from a folder that was given.

    Parameters
    ----------
    datasets : iterable of str
    data : Data
    folder : Path or None

    Raises
    ------
    ConfigError
        All data sets are simulated: real people were meant.
    """
    if folder is not None and {*datasets, *data.unlabelled.split("+")} <= {*SIMULATED, ""}:
        raise ConfigError("--data", str(folder), "a data set to read from there", "only simulated people")


def of_dataset(data: Data, folder: Path | None, progress: Callable[[str], None] = print) -> Corpus:
    """Read the data sets of a configuration.

    Parameters
    ----------
    data : Data
    folder : Path or None
        Folder of data sets; simulated ones need none.
    progress : callable
        Gets a line for each recording.

    Returns
    -------
    Corpus

    Raises
    ------
    RecordingError
        A data set cannot be read.
    ConfigError
        The subjects cannot be split; see `split` and `of_roles`.
    """
    recordings, datasets = [], data.dataset.split("+") if data.dataset else []
    check_folder(datasets, data, folder)
    for name in datasets:
        for recording in read(name, folder, data):
            recordings.append(recording)
            progress(f"{name}: {recording.name}, {recording.seconds / 60:.1f} min")
    if data.everyone or not datasets:
        return of_roles(data, {"train": tuple(recordings), "validation": (), "test": ()}, folder)
    several = "+" in data.dataset
    names = [f"{r.dataset}/{r.subject}" if several else r.subject for r in recordings]
    roles = split(list(dict.fromkeys(names)), data, data.dataset)
    by_role = {
        role: tuple(r for r, name in zip(recordings, names, strict=True) if name in members)
        for role, members in roles.items()
    }
    return of_roles(data, by_role, folder)


def of_fold(fold: Fold, data: Data, folder: Path | None) -> Corpus:
    """Make the corpus of a protocol's fold.

    Parameters
    ----------
    fold : Fold
    data : Data
    folder : Path or None
        Folder of the unlabelled sets.

    Returns
    -------
    Corpus

    Raises
    ------
    RecordingError, ConfigError
        As `of_roles` does.
    """
    roles = {"train": fold.train, "validation": fold.validation, "test": fold.test}
    return of_roles(data, roles, folder)


def of_everyone(data: Data, folder: Path | None) -> Corpus:
    """Make a corpus of all recordings of the data sets, all to learn from.

    Parameters
    ----------
    data : Data
    folder : Path or None

    Returns
    -------
    Corpus

    Raises
    ------
    RecordingError, ConfigError
        As `of_roles` does.
    """
    people = tuple(r for name in data.dataset.split("+") for r in read(name, folder, data))
    return of_roles(data, {"train": people, "validation": (), "test": ()}, folder)


def of_roles(data: Data, roles: dict[str, tuple[Recording, ...]], folder: Path | None) -> Corpus:
    """Make the corpus of labelled roles and the unlabelled sets.

    Parameters
    ----------
    data : Data
        Its digest is part of the corpus'.
    roles : dict of str to tuple of Recording
        "train", "validation", "test".
    folder : Path or None
        Folder of the unlabelled sets.

    Returns
    -------
    Corpus

    Raises
    ------
    RecordingError
        An unlabelled set cannot be read.
    ConfigError
        One person is on two sides, also under the names of two data sets.
    """
    names = data.unlabelled.split("+") if data.unlabelled else []
    more = tuple(recording for name in names for recording in read(name, folder, data))
    sides = sides_of(roles)
    for who, on in sides.items():
        if len(on) > 1:
            expected, found = "everybody on one side only", f"{'/'.join(who)} on {' and '.join(on)}"
            raise ConfigError(data.dataset, "data", expected, found)
    both = sorted({"/".join(wearer(r)) for r in more if sides.get(wearer(r), ["train"]) != ["train"]})
    if both:
        expected = "nobody who validates or is tested"
        raise ConfigError(data.dataset, "data.unlabelled", expected, ", ".join(both))
    roles = {**roles, "unlabelled": more} if more else roles
    text = repr(sorted((role, [r.name for r in of]) for role, of in roles.items()))
    everyone = [recording for of in roles.values() for recording in of]
    digest = _digest(repr(data), everyone)
    return Corpus(data, roles, hashlib.sha256((text + digest).encode()).hexdigest())


def read(name: str, folder: Path | None, data: Data) -> Iterator[Recording]:
    """Read the recordings of one data set, as many simulated ones as the configuration says.

    Parameters
    ----------
    name : str
    folder : Path or None
    data : Data

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        As `iter_dataset` does.
    """
    return iter_dataset(name, folder, **_options(name, data))


def _options(name: str, data: Data) -> dict:
    if name in SIMULATED:
        return {"subjects": data.simulated_subjects, "minutes": data.simulated_minutes}
    return {}


def content_digest(recording: Recording) -> str:
    """Digest of all fields of a recording but its licence.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    return _digest("", [recording])


def _digest(start: str, recordings: list[Recording]) -> str:
    digest = hashlib.sha256(start.encode())
    for recording in recordings:
        for field in fields(recording):
            value = getattr(recording, field.name)
            if isinstance(value, np.ndarray):
                digest.update(repr((field.name, value.shape, value.dtype.str)).encode() + value.tobytes())
            elif field.name != "licence":
                digest.update(repr((field.name, value)).encode())
    return digest.hexdigest()
