# SPDX-License-Identifier: Apache-2.0
"""The chain of one configuration, corpus to int8 student, each step with its folder."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np

from training import corpus, steps
from training.config import Config
from training.quiet import start_tensorflow

PACKAGE = Path(__file__).parent
TEACHER, STUDENT, INT8 = "teacher", "student", "int8"


class Pipeline:
    """Steps of `config` on the data set in `data_folder`; artefacts in `root`/<configuration>-<data set>/."""

    def __init__(
        self, config: Config, data_folder: Path | None, root: Path, progress: Callable[[str], None] = print
    ):
        self.config, self.data_folder, self.progress = config, data_folder, progress
        self.folder = root / f"{config.name}-{config.data.dataset}"

    @cached_property
    def corpus(self) -> corpus.Corpus:
        """The windows, read once."""
        return corpus.load(self.config.data, self.data_folder, self.progress)

    def train(self, force: bool = False) -> Path:
        """The teacher's folder, trained if it is not up to date."""
        c = self.config
        inputs = self._inputs(
            seed=c.seed, data=self.corpus.digest, model=c.teacher, training=c.teacher_training
        )

        def make(folder: Path) -> None:
            from training.train import train_teacher

            train_teacher(c, self.corpus, folder, self.progress)

        return self._run(TEACHER, inputs, force, make)

    def distill(self, force: bool = False) -> Path:
        """The student's folder, distilled if it is not up to date; StepError without a teacher."""
        c = self.config
        teacher = steps.require(self.folder / TEACHER, "invoke train")
        inputs = self._inputs(
            seed=c.seed,
            teacher=_stamp(teacher),
            model=c.student,
            training=c.student_training,
            distillation=c.distillation,
        )

        def make(folder: Path) -> None:
            import keras

            from training.distill import distill_student

            distill_student(
                c, self.corpus, keras.models.load_model(teacher / "teacher.keras"), folder, self.progress
            )

        return self._run(STUDENT, inputs, force, make)

    def quantize(self, force: bool = False) -> Path:
        """The int8 student's folder, made if it is not up to date; StepError without a student."""
        c = self.config
        student = steps.require(self.folder / STUDENT, "invoke distill")
        inputs = self._inputs(student=_stamp(student), calibration=c.calibration_windows, tracking=c.tracking)

        def make(folder: Path) -> None:
            import keras

            from training.card import MODEL, write_card
            from training.quantize import quantize
            from training.signal import device_order

            train = self.corpus.train
            chosen = (
                np.linspace(0, len(train) - 1, min(c.calibration_windows, len(train))).round().astype(int)
            )
            model = keras.models.load_model(student / "student.keras")
            (folder / MODEL).write_bytes(quantize(model, device_order(train.inputs[chosen])))
            write_card(folder, c, self.corpus)

        return self._run(INT8, inputs, force, make)

    def _inputs(self, **inputs) -> dict:
        plain = {k: asdict(v) if hasattr(v, "__dataclass_fields__") else v for k, v in inputs.items()}
        return {"code": steps.sources(PACKAGE), **plain}

    def _run(self, name: str, inputs: dict, force: bool, make: Callable[[Path], None]) -> Path:
        folder = self.folder / name

        def make_quietly(part: Path) -> None:
            start_tensorflow()
            make(part)

        made = steps.run(folder, inputs, make_quietly, force)
        self.progress(f"{name}: {'made' if made else 'up to date'}: {folder}")
        return folder


def _stamp(folder: Path) -> str:
    return json.loads((folder / steps.STAMP).read_text())["fingerprint"]
