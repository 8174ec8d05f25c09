# SPDX-License-Identifier: Apache-2.0
"""All settings of a configuration, and the limits of each; read by wristpulse.config.load."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from wristpulse.config.networks import (
    Augmentation,
    PaperStudent,
    PaperTeacher,
    Share,
    SpectralStudent,
    SpectralTeacher,
    WindowAugmentation,
    World,
)

FrontEnd = Literal["window", "spectrum"]
Relation = Literal["rkd", "gram", "attention", "response", "decoupled", "none"]
Count = Annotated[int, Meta(ge=1)]
Seed = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Rate = Annotated[float, Meta(ge=1e-9, le=1)]  # of learning, at the start
LabelSpread = Annotated[float, Meta(ge=0.1, le=50)]  # BPM
Weight = Annotated[float, Meta(ge=0)]  # of a loss


@dataclass(frozen=True)
class Data:
    """Which recordings, and who is held out. Subjects named nowhere are trained on."""

    # Or several, as "bami1+troika"; "" for nobody, where all people are simulated (world.share = 1).
    dataset: str = "simulator"
    # Nobody is held out, where simulated people validate (world.share > 0).
    everyone: bool = False
    # Subjects, as in "S1"; of several data sets, as in "bami1/S1".
    test: tuple[str, ...] = ()  # that no stage but the evaluation sees
    validation: tuple[str, ...] = ()  # that choose the epoch
    aligned_labels: bool = True
    all_leds: bool = False  # every PPG channel of a recording is a training example of its own
    # Data sets, "wrist-npz" or several, on which the student learns from the teacher alone.
    unlabelled: str = ""
    # Training windows at most, spread evenly; 0: all.
    max_windows: Annotated[int, Meta(ge=0)] = 0
    # Of the data sets "simulator" and "world".
    simulated_subjects: Annotated[int, Meta(ge=3, le=10_000)] = 12
    simulated_minutes: Annotated[float, Meta(ge=0.25, le=1440)] = 10.0


@dataclass(frozen=True)
class Training:
    """How one network of the paper's line is trained."""

    epochs: Count = 500
    patience: Count = 150  # epochs without a better validation error, then stop
    batch: Count = 256
    learning_rate: Rate = 5e-4
    label_spread_bpm: LabelSpread = 2.5  # standard deviation of the soft label over the bins
    l1_weight: Weight = 0.1  # of |expected BPM - label| / 10 BPM beside the cross-entropy


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a network learns by steps; by default about a minute on one core."""

    steps: Count = 4000
    batch: Count = 64
    learning_rate: Rate = 2e-3  # falls to nothing along a cosine
    weight_decay: Share = 1e-4
    label_spread_bpm: LabelSpread = 2.5  # standard deviation of the soft label over the bins
    # The label is the heart rate so much later than the window: it makes up for the tracker's delay.
    label_lead_s: Annotated[float, Meta(ge=0, le=8)] = 0.0
    clip_norm: Annotated[float, Meta(ge=0, le=1000)] = 0.0  # of the gradients at most; 0: as they are


# Of windows; without clipping, some seeds never leave the mean.
ENDLESS = Recipe(steps=24_000, batch=128, clip_norm=1.0)


@dataclass(frozen=True)
class Distillation:
    """What the student takes from the teacher: docs/training.md."""

    # "rkd", "gram", "attention"; "response", "decoupled": without a relation; "none": labels only
    relation: Relation = "rkd"
    relation_weight: Weight = 1.0
    response_weight: Weight = 1.0
    # Of "decoupled" alone, each times `response_weight`; alike, and times the teacher's doubt, is "response".
    target_weight: Weight = 1.0
    non_target_weight: Weight = 2.0
    temperature: Annotated[float, Meta(ge=0.1, le=100)] = 2.0
    # Of a batch of the spectral line, where there are windows without a label.
    unlabelled_share: Share = 0.3


@dataclass(frozen=True)
class Tracking:
    """Settings of the tracker; why these: docs/experiments.md."""

    half_width: Annotated[int, Meta(ge=1, le=103)] = 12  # bins that the heart rate may move in a hop
    spread_bpm: Annotated[float, Meta(ge=0.1, le=100)] = 6.0  # standard deviation of that change
    leak: Annotated[float, Meta(ge=0, le=0.5)] = 1e-4  # share of the mass that may go anywhere in a hop
    # Weight of a window's log likelihood, below 1 because windows overlap.
    temper: Annotated[float, Meta(ge=0.01, le=4)] = 0.4
    floor: Share = 1e-5  # of the likelihood ratio
    # How often the newest window counts for the estimates of the first four hops after a start.
    first: tuple[int, int, int, int] = (2, 1, 1, 1)
    valid: Share = 0.9  # confidence from which an estimate becomes valid
    stays_valid: Share = 1.0  # and from which it stays so; `valid` where that is less


@dataclass(frozen=True)
class Sweep:
    """What an evaluation repeats: every fold x seed x relation is a job of its own (evaluation/jobs.py)."""

    folds: tuple[str, ...] = ()  # of the protocol, by name; none: all
    seeds: tuple[Seed, ...] = ()  # none: the configuration's
    relations: tuple[str, ...] = ()  # of distillation; none: the configuration's
    sizes: tuple[str, ...] = ()  # of the spectral student, names of networks.SIZES; none: the configuration's
    teacher: bool = False  # also test the teacher, where a student has one


@dataclass(frozen=True)
class Config:
    """A whole configuration. `name` is the file's stem and names the folder of its artefacts."""

    name: str
    seed: Seed = 1
    front_end: FrontEnd = "window"  # what the student sees: "window" (the paper's) or "spectrum" (ours)
    calibration_windows: Count = 512  # that set the int8 ranges; from the training subjects
    # Of wristpulse.data.folds, for `invoke evaluate`: it decides who is tested, not `data`.
    protocol: str = ""
    sweep: Sweep = field(default_factory=Sweep)
    data: Data = field(default_factory=Data)
    teacher: PaperTeacher = field(default_factory=PaperTeacher)
    student: PaperStudent = field(default_factory=PaperStudent)
    spectral: SpectralStudent = field(default_factory=SpectralStudent)
    spectral_teacher: SpectralTeacher = field(default_factory=SpectralTeacher)
    augmentation: Augmentation = field(default_factory=Augmentation)  # of spectra
    window_augmentation: WindowAugmentation = field(default_factory=WindowAugmentation)
    world: World = field(default_factory=World)  # simulated people beside the corpus' or in their place
    teacher_training: Training = field(default_factory=Training)
    student_training: Training = field(default_factory=Training)
    # Of the paper's line where simulated people teach (world.share > 0).
    endless_training: Recipe = field(default_factory=lambda: ENDLESS)
    endless_teacher_training: Recipe = field(default_factory=lambda: ENDLESS)
    spectral_training: Recipe = field(default_factory=Recipe)
    spectral_teacher_training: Recipe = field(default_factory=Recipe)
    distillation: Distillation = field(default_factory=Distillation)
    tracking: Tracking = field(default_factory=Tracking)
