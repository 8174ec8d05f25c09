# SPDX-License-Identifier: Apache-2.0
"""The chain of one configuration, corpus to int8 student, each step with its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wristpulse.config.load import Config
from wristpulse.config.networks import Augmentation, Recipe, Spectral, SpectralTeacher
from wristpulse.core.estimator import front_end_inputs
from wristpulse.data import corpus
from wristpulse.learning.artefacts import INT8, STUDENT, STUDENT_MODEL, TEACHER, TEACHER_MODEL
from wristpulse.recordings import Recording
from wristpulse.support import steps
from wristpulse.support.quiet import start_tensorflow

if TYPE_CHECKING:
    from wristpulse.data.spectral_windows import Windows

PACKAGE = Path(__file__).resolve().parents[1]  # wristpulse


class Pipeline:
    """Steps of `config` on the data set in `data_folder`; artefacts in `root`/<configuration>-<data set>/."""

    confidence_map: tuple[int, ...] | None = None  # of the student's card; None: fitted to validation

    def __init__(
        self, config: Config, data_folder: Path | None, root: Path, progress: Callable[[str], None] = print
    ):
        self.config, self.data_folder, self.progress = config, data_folder, progress
        self.folder = root / f"{config.name}-{config.data.dataset}"
        self.teacher_folder = self.folder / TEACHER

    @cached_property
    def corpus(self) -> corpus.Corpus:
        """The recordings, read once."""
        return corpus.load(self.config.data, self.data_folder, self.progress)

    def train(self, force: bool = False) -> Path:
        """The teacher's folder, trained if it is not up to date, and if the student learns from one."""
        if self.config.distillation.relation == "none":
            self.progress("teacher: none, the student learns from the labels")
            return self.teacher_folder
        return self.train_teacher(force)

    def train_teacher(self, force: bool = False) -> Path:
        """The teacher's folder, trained if it is not up to date."""
        c = self.config
        if c.front_end == "spectrum":
            network = (c.spectral_teacher, c.spectral_teacher_training)
            return self._train_spectral(self.teacher_folder, *network, None, force)

        def make(part: Path) -> None:
            from wristpulse.learning.teacher import train_teacher

            train_teacher(c, self.corpus, part, self.progress)

        inputs = {"model": c.teacher, "training": c.teacher_training, "data": self.corpus.digest}
        return self._run(self.teacher_folder, {**inputs, "seed": c.seed}, force, make)

    def distill(self, force: bool = False) -> Path:
        """The student's folder, made if it is not up to date; StepError without the teacher it needs."""
        c = self.config
        folder = self.folder / STUDENT
        taught = c.distillation.relation != "none"
        teacher = steps.require(self.teacher_folder, "invoke train") if taught else None
        if c.front_end == "spectrum":
            return self._train_spectral(folder, c.spectral, c.spectral_training, teacher, force)

        def make(part: Path) -> None:
            import keras

            from wristpulse.learning import distill

            model = keras.models.load_model(teacher / TEACHER_MODEL) if teacher else None
            distill.distill_student(c, self.corpus, model, part, self.progress)

        inputs = {"model": c.student, "training": c.student_training, "distillation": c.distillation}
        inputs |= {"teacher": stamp(teacher) if teacher else self.corpus.digest, "seed": c.seed}
        return self._run(folder, inputs, force, make)

    def _train_spectral(
        self,
        folder: Path,
        network: Spectral | SpectralTeacher,
        recipe: Recipe,
        teacher: Path | None,
        force: bool,
    ) -> Path:
        """The folder of a network of the spectral line, student or teacher, made if it is not up to date."""
        c = self.config

        def make(part: Path) -> None:
            import keras

            from wristpulse.learning import spectral
            from wristpulse.models import spectral as student
            from wristpulse.models import spectral_teacher

            build, name = spectral_teacher.build, TEACHER_MODEL
            if isinstance(network, Spectral):
                build, name = student.build, STUDENT_MODEL
            known = teacher and keras.models.load_model(teacher / TEACHER_MODEL, compile=False)
            model = spectral.train(
                lambda: build(network),
                self._spectral_windows(with_unlabelled=known is not None),
                c.augmentation,
                recipe,
                c.seed,
                part,
                known and spectral.Teaching(known, c.distillation),
                self.progress,
            )
            model.save(part / name)

        inputs = {"model": network, "training": recipe, "augmentation": c.augmentation}
        inputs |= {"data": self.corpus.digest, "seed": c.seed}
        if teacher:
            inputs |= {"teacher": stamp(teacher), "distillation": c.distillation}
        return self._run(folder, inputs, force, make)

    def _spectral_windows(self, with_unlabelled: bool) -> Windows:
        from wristpulse.data.spectral_windows import gather

        c = self.config
        unlabelled = self.corpus.recordings.get("unlabelled", ()) if with_unlabelled else ()
        changes = {"train": c.augmentation, "unlabelled": replace(c.augmentation, stretches=())}
        sides = {"train": self.corpus.recordings["train"], "unlabelled": unlabelled}
        recordings, parts = [], []
        for side, members in sides.items():
            for recording in members:
                recordings.append(recording)
                parts.append(_windows(recording, changes[side], c.data.aligned_labels))
                self.progress(f"spectra: {recording.name}, {len(parts)}/{sum(map(len, sides.values()))}")
        return gather(recordings, parts)

    def quantize(self, force: bool = False) -> Path:
        """The int8 student's folder, made if it is not up to date; StepError without a student."""
        c = self.config
        student = steps.require(self.folder / STUDENT, "invoke distill")

        def make(part: Path) -> None:
            import keras

            from wristpulse.learning import quantize, spectral
            from wristpulse.learning.card import write_card
            from wristpulse.student.card import MODEL

            model = keras.models.load_model(student / STUDENT_MODEL)
            convert = {"window": quantize.quantize, "spectrum": spectral.quantize}[c.front_end]
            (part / MODEL).write_bytes(convert(model, self._calibration_inputs()))
            write_card(part, c, self.corpus, self.confidence_map)

        inputs = {"student": stamp(student), "calibration": c.calibration_windows, "tracking": c.tracking}
        inputs |= {"confidence_map": self.confidence_map}
        return self._run(self.folder / INT8, inputs, force, make)

    def _calibration_inputs(self) -> np.ndarray:
        """What the front end makes of the training subjects' windows, evenly chosen: int8 (n, ...)."""
        recordings = self.corpus.recordings["train"]
        inputs = np.concatenate([front_end_inputs(r, self.config.front_end) for r in recordings])
        count = min(self.config.calibration_windows, len(inputs))
        return inputs[np.linspace(0, len(inputs) - 1, count).round().astype(int)]

    def _run(self, folder: Path, inputs: dict, force: bool, make: Callable[[Path], None]) -> Path:
        plain = {k: asdict(v) if hasattr(v, "__dataclass_fields__") else v for k, v in inputs.items()}

        def make_quietly(part: Path) -> None:
            start_tensorflow()
            make(part)

        made = steps.run(folder, {"code": steps.sources(PACKAGE), **plain}, make_quietly, force)
        self.progress(f"{folder.name}: {'made' if made else 'up to date'}: {folder}")
        return folder


@cache
def _windows(recording: Recording, augmentation: Augmentation, aligned: bool) -> Windows:
    """Spectra of a recording, made once a process: the folds of a protocol share them."""
    from wristpulse.data.spectral_windows import windows_of

    return windows_of(recording, augmentation, aligned)


def stamp(folder: Path) -> str:
    """Fingerprint of what a step's folder was made from."""
    return json.loads((folder / steps.STAMP).read_text())["fingerprint"]
