# SPDX-License-Identifier: Apache-2.0
"""The paper's line where simulated people teach (world.share > 0): by steps, without epochs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Int8

from wristpulse.config.networks import teaching_settings
from wristpulse.config.settings import Config
from wristpulse.data.corpus import Corpus
from wristpulse.learning.artefacts import STUDENT, TEACHER, TEACHER_MODEL
from wristpulse.learning.paper import PaperLine, session_inputs, simulated_confidence_map
from wristpulse.learning.world.seeds import with_simulated


class PaperLineBySteps(PaperLine):
    """The line of windows, taught by simulated people, alone or beside recordings."""

    def needs_validation(self, config: Config) -> bool:
        """The last step's network is the one that counts."""
        return False

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation, seed and the simulated people."""
        return {
            **super().teacher_settings(config),
            "training": config.endless_teacher_training,
            "world": teaching_settings(config.world),
        }

    def student_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation, distillation, seed and the simulated people."""
        return {
            **super().student_settings(config),
            "training": config.endless_training,
            "world": teaching_settings(config.world),
        }

    def train_teacher(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> None:
        """Train the PULSE teacher."""
        from wristpulse.learning.paper import train

        train.train_by_steps(config, corpus, TEACHER, None, folder, progress)

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
        train.train_by_steps(config, corpus, STUDENT, model, folder, progress)

    def calibration_inputs(self, config: Config, corpus: Corpus) -> Int8[np.ndarray, "n 1024"]:
        """Windows of simulated people."""
        from wristpulse.learning.world import validation

        return validation.calibration_inputs(config, session_inputs)

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """Fit it to simulated people."""
        return simulated_confidence_map(config, folder, progress)

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """The corpus' people, and the simulated sessions that teach and validate."""
        return with_simulated(corpus.subjects, config.world, config.endless_training, config.seed)
