# SPDX-License-Identifier: Apache-2.0
"""Frozen configuration of a run, read strictly from TOML: presets/*.toml."""

import dataclasses
import functools
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path

from wristpulse.config.limits import COUNTS, LIMITS
from wristpulse.config.networks import (
    SIZES,
    Augmentation,
    Recipe,
    Spectral,
    SpectralTeacher,
    Student,
    Teacher,
)

CONFIGS = Path(__file__).with_name("presets")
CHOICES = {
    "front_end": ("window", "spectrum"),
    "teacher.trunk": ("shared", "separate"),
    "teacher.head": ("bins",),  # the paper's "scalar" has no confidence, and a tracker needs one
    "student.head": ("bins",),
    "student.fusion": ("across", "separate"),
    "distillation.relation": ("rkd", "gram", "attention", "response", "none"),
}
SPECTRAL_RELATIONS = (
    "rkd",
    "response",
    "none",
)  # its student has no fusion whose two sides could be compared


class ConfigError(ValueError):
    """A configuration that cannot be used: file, field, expected, found."""

    def __init__(self, path: Path | str, field: str, expected: str, found: object):
        super().__init__(f"{path}: {field}: expected {expected}, found {found}")


@dataclass(frozen=True)
class Data:
    """Which recordings, and who is held out. Subjects named nowhere are trained on."""

    dataset: str = "simulator"  # or several, as "bami1+troika"
    # Subjects, as in "S1"; of several data sets, as in "bami1/S1".
    test: tuple[str, ...] = ()  # that no stage but the evaluation sees
    validation: tuple[str, ...] = ()  # that choose the epoch
    aligned_labels: bool = True
    all_leds: bool = False  # every PPG channel of a recording is a training example of its own
    unlabelled: str = (
        ""  # data sets, "wrist-npz" or several, on which the student learns from the teacher alone
    )
    max_windows: int = 0  # training windows at most, spread evenly; 0: all
    simulated_subjects: int = 12  # the simulator's, as is the next
    simulated_minutes: float = 10.0


@dataclass(frozen=True)
class Training:
    """How one network is trained."""

    epochs: int = 500
    patience: int = 150  # epochs without a better validation error, then stop
    batch: int = 256
    learning_rate: float = 5e-4
    label_spread_bpm: float = 2.5  # standard deviation of the soft label over the bins
    l1_weight: float = 0.1  # of |expected BPM - label| / 10 BPM beside the cross-entropy


@dataclass(frozen=True)
class Distillation:
    """What the student takes from the teacher: docs/training.md."""

    relation: str = "rkd"  # "rkd", "gram", "attention"; "response": without a relation; "none": labels only
    relation_weight: float = 1.0
    response_weight: float = 1.0
    temperature: float = 2.0
    unlabelled_share: float = 0.3  # of a batch of the spectral line, where there are windows without a label


@dataclass(frozen=True)
class Tracking:
    """Settings of the tracker: wristpulse.core.track.tracker_tables; why these: docs/experiments.md."""

    half_width: int = 12
    spread_bpm: float = 6.0
    leak: float = 1e-4
    temper: float = 0.4
    floor: float = 1e-5
    valid: float = 0.9


@dataclass(frozen=True)
class Sweep:
    """What an evaluation repeats: every fold x seed x relation is a job of its own (evaluation/jobs.py)."""

    folds: tuple[str, ...] = ()  # of the protocol, by name; none: all
    seeds: tuple[int, ...] = ()  # none: the configuration's
    relations: tuple[str, ...] = ()  # of distillation; none: the configuration's
    sizes: tuple[
        str, ...
    ] = ()  # of the spectral student: wristpulse.config.networks.SIZES; none: the configuration's
    teacher: bool = False  # also test the teacher, where a student has one


@dataclass(frozen=True)
class Config:
    """A whole run. `name` is the file's stem and names the folder of its artefacts."""

    name: str
    seed: int = 1
    front_end: str = "window"  # what the student sees: "window" (the paper's) or "spectrum" (ours)
    calibration_windows: int = 512  # that set the int8 ranges; from the training subjects
    protocol: str = (
        ""  # of wristpulse.data.folds, for `invoke evaluate`; it decides who is tested, not `data`
    )
    sweep: Sweep = field(default_factory=Sweep)
    data: Data = field(default_factory=Data)
    teacher: Teacher = field(default_factory=Teacher)
    student: Student = field(default_factory=Student)
    spectral: Spectral = field(default_factory=Spectral)
    spectral_teacher: SpectralTeacher = field(default_factory=SpectralTeacher)
    augmentation: Augmentation = field(default_factory=Augmentation)
    teacher_training: Training = field(default_factory=Training)
    student_training: Training = field(default_factory=Training)
    spectral_training: Recipe = field(default_factory=Recipe)
    spectral_teacher_training: Recipe = field(default_factory=Recipe)
    distillation: Distillation = field(default_factory=Distillation)
    tracking: Tracking = field(default_factory=Tracking)


def load(name: str | Path) -> Config:
    """The configuration `name` (of config/presets) or of a TOML file; ConfigError if it is not one."""
    path = Path(name)
    if path.suffix != ".toml":
        path = CONFIGS / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text())
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.toml")))
        raise ConfigError(path, "file", f"one of {known} or a path", "no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, "syntax", "TOML", error) from None
    if "name" in table:
        raise ConfigError(path, "name", "no such field: the file's name is the configuration's", "one")
    config = _build(Config, {"name": path.stem, **table}, path, "")
    for where, allowed in CHOICES.items():
        value = functools.reduce(getattr, where.split("."), config)
        if value not in allowed:
            raise ConfigError(path, where, f"one of {', '.join(allowed)}", repr(value))
    check(config, path)
    return config


def check(config: Config, path: Path | str) -> None:
    """ConfigError if what is compared is not there to be compared."""
    known = CHOICES["distillation.relation"]
    if config.front_end == "spectrum":
        known = SPECTRAL_RELATIONS
    for field_, values, allowed in (
        ("distillation.relation", (config.distillation.relation,), known),
        ("sweep.relations", config.sweep.relations, known),
        ("sweep.sizes", config.sweep.sizes, tuple(SIZES) if config.front_end == "spectrum" else ()),
    ):
        unknown = [value for value in values if value not in allowed]
        if unknown:
            expected = f"some of {', '.join(allowed)}" if allowed else "none: they are the spectral student's"
            raise ConfigError(path, field_, expected, ", ".join(unknown))


def _build(cls: type, table: dict, path: Path, where: str):
    hints = typing.get_type_hints(cls)
    values = {}
    for key, value in table.items():
        full = where + key
        if key not in hints:
            raise ConfigError(path, full, f"one of {', '.join(hints)}", "an unknown field")
        values[key] = _convert(hints[key], value, path, full)
        _limit(cls.__name__, key, values[key], path, full)
    return cls(**values)


def _limit(section: str, key: str, value: object, path: Path, where: str) -> None:
    items = value if isinstance(value, tuple) else (value,)
    count = COUNTS.get(section, {}).get(key, len(items))
    if len(items) != count:
        raise ConfigError(path, where, f"{count} values", f"{len(items)}")
    if key in LIMITS.get(section, {}):
        low, high = LIMITS[section][key]
        bad = [item for item in items if not low <= item <= high]
        if bad:
            raise ConfigError(path, where, f"{low:g} to {high:g}", f"{bad[0]}")


def _convert(hint: type, value: object, path: Path, where: str):
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(path, where, "a table", repr(value))
        return _build(hint, value, path, where + ".")
    if isinstance(hint, types.GenericAlias):
        item = hint.__args__[0]
        if not isinstance(value, list) or not all(type(v) is item for v in value):
            raise ConfigError(path, where, f"a list of {item.__name__}", repr(value))
        return tuple(value)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise ConfigError(path, where, hint.__name__, repr(value))
    return value


def override(config: Config, dataset: str | None = None, test: tuple[str, ...] | None = None) -> Config:
    """A copy for another data set or other test subjects; None leaves a field as it is.

    Another data set has other subjects, so the configuration's validation and test subjects go with its own.
    """
    data = config.data
    if dataset is not None and dataset != data.dataset:
        data = dataclasses.replace(data, dataset=dataset, test=(), validation=())
    if test is not None:
        data = dataclasses.replace(data, test=test)
    return dataclasses.replace(config, data=data)
