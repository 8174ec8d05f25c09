# SPDX-License-Identifier: Apache-2.0
"""The paper's line: windows of time, the PULSE teacher and its modality-wise student."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Int8

from wristpulse.config.settings import Config, FrontEnd
from wristpulse.core.bins import bin_bpm
from wristpulse.data.corpus import Corpus
from wristpulse.learning import calibration
from wristpulse.learning.artefacts import TEACHER, TEACHER_MODEL

if TYPE_CHECKING:
    import keras


class PaperLine:
    """The line of windows: wristpulse.learning.line.Line."""

    front_end: FrontEnd = "window"
    needs_validation = True  # it chooses the best epoch

    def variant(self, config: Config, network: str) -> str:
        """The teacher, or the student by what it takes from the teacher."""
        return TEACHER if network == TEACHER else config.distillation.relation

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation and seed."""
        return {
            "model": config.teacher,
            "training": config.teacher_training,
            "augmentation": config.window_augmentation,
            "seed": config.seed,
        }

    def student_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation, distillation and seed."""
        return {
            "model": config.student,
            "training": config.student_training,
            "augmentation": config.window_augmentation,
            "distillation": config.distillation,
            "seed": config.seed,
        }

    def train_teacher(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> None:
        """Train the PULSE teacher."""
        from wristpulse.learning.paper import train

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
        train.train_student(config, corpus, model, folder, progress)

    def calibration_inputs(self, config: Config, corpus: Corpus) -> Int8[np.ndarray, "n 1024"]:
        """Of the training people: int8 (n, 1024)."""
        return calibration.calibration_inputs(config, corpus)

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """By the validation people."""
        return calibration.confidence_map(config, corpus, folder)

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """The corpus' people."""
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
