# SPDX-License-Identifier: Apache-2.0
"""The paper's line: windows of time, the PULSE teacher and its modality-wise student."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Int8

from wristpulse.config.networks import teaching_settings
from wristpulse.config.settings import Config, FrontEnd, Recipe, Training
from wristpulse.core.bins import bin_bpm
from wristpulse.core.window import device_order
from wristpulse.data.corpus import Corpus
from wristpulse.data.world_windows import session_window_inputs
from wristpulse.learning import calibration
from wristpulse.learning.artefacts import STUDENT, TEACHER, TEACHER_MODEL
from wristpulse.learning.world.seeds import named, validation_seeds, with_simulated
from wristpulse.recordings.world import Session

if TYPE_CHECKING:
    import keras


class PaperLine:
    """The line of windows: wristpulse.learning.line.Line."""

    front_end: FrontEnd = "window"

    def needs_validation(self, config: Config) -> bool:
        """It chooses the best epoch, where it does not learn from simulated people by steps."""
        return not config.world.share

    def variant(self, config: Config, network: str) -> str:
        """The teacher, or the student by what it takes from the teacher."""
        return TEACHER if network == TEACHER else config.distillation.relation

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation and seed; simulated people if there are any."""
        return {
            "model": config.teacher,
            **_training(config, config.teacher_training, config.endless_teacher_training),
        }

    def student_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation, distillation and seed; simulated people if there are any."""
        return {
            "model": config.student,
            "distillation": config.distillation,
            **_training(config, config.student_training, config.endless_training),
        }

    def train_teacher(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> None:
        """Train the PULSE teacher."""
        from wristpulse.learning.paper import train

        if config.world.share:
            train.train_by_steps(config, corpus, TEACHER, None, folder, progress)
        else:
            train.train_teacher(config, corpus, folder, progress)

    def train_student(
        self,
        config: Config,
        corpus: Corpus,
        teacher: Path | None,
        folder: Path,
        progress: Callable[[str], None],
    ) -> None:
        """Train the modality-wise student."""
        from wristpulse.learning.paper import train
        from wristpulse.models.saved import load_network

        model = load_network(teacher / TEACHER_MODEL) if teacher else None
        if config.world.share:
            train.train_by_steps(config, corpus, STUDENT, model, folder, progress)
        else:
            train.train_student(config, corpus, model, folder, progress)

    def calibration_inputs(self, config: Config, corpus: Corpus) -> Int8[np.ndarray, "n 1024"]:
        """Of simulated people if some teach, else of the training people: int8 (n, 1024)."""
        if config.world.share:
            from wristpulse.learning.world import validation

            return validation.calibration_inputs(config, _session_inputs)
        return calibration.calibration_inputs(config, corpus)

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """By simulated people (figures in validation.json) or, without any, by the validation people."""
        if config.world.share or config.world.confidence:
            from wristpulse.learning.world import validation

            return validation.validate(config, folder, _session_inputs, progress)
        return calibration.confidence_map(config, corpus, folder)

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """The corpus' people, and the simulated sessions that teach and validate."""
        if config.world.share:
            return with_simulated(corpus.subjects, config.world, config.endless_training, config.seed)
        if config.world.confidence:
            validation = [*corpus.subjects["validation"], named(validation_seeds(config.world))]
            return {**corpus.subjects, "validation": validation}
        return corpus.subjects

    def quantize(self, model: keras.Model, inputs: Int8[np.ndarray, "n 1024"]) -> bytes:
        """int8 .tflite; inputs int8 (n, 1024)."""
        from wristpulse.learning.paper import int8

        return int8.quantize(model, inputs)

    def logits(self, model: keras.Model, inputs: Int8[np.ndarray, "n 1024"]) -> Float32[np.ndarray, "n 104"]:
        """Float logits of inputs int8 (n, 1024)."""
        from wristpulse.learning.paper import int8

        return int8.predict(model, inputs)

    def single_windows(self, logits: Float[np.ndarray, "n 104"]) -> Float[np.ndarray, " n"]:
        """The distribution's mean, which these networks learn by."""
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights @ bin_bpm() / weights.sum(axis=1)


def _training(config: Config, epochs: Training, steps: Recipe) -> dict[str, object]:
    """What a trained network depends on beside its layers."""
    settings: dict[str, object] = {"augmentation": config.window_augmentation, "seed": config.seed}
    if config.world.share:
        return {**settings, "training": steps, "world": teaching_settings(config.world)}
    return {**settings, "training": epochs}


def _session_inputs(made: Session) -> tuple[np.ndarray, np.ndarray]:
    """A simulated session's network inputs int8 (n, 1024), and BPM (n,), NaN without a heart."""
    windows = session_window_inputs(made)
    return device_order(windows.inputs), windows.bpm
