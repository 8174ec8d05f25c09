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
from wristpulse.core.window import device_order
from wristpulse.data.corpus import Corpus
from wristpulse.data.world_windows import session_window_inputs
from wristpulse.learning import calibration
from wristpulse.learning.artefacts import TEACHER, TEACHER_MODEL
from wristpulse.learning.world.seeds import with_simulated
from wristpulse.recordings.world import Session

if TYPE_CHECKING:
    import keras


class PaperLine:
    """The line of windows, taught by recordings in epochs: wristpulse.learning.line.Line."""

    front_end: FrontEnd = "window"

    def needs_validation(self, config: Config) -> bool:
        """Validation people choose the best epoch."""
        return True

    def variant(self, config: Config, network: str) -> str:
        """The teacher, or the student by what it takes from the teacher."""
        return TEACHER if network == TEACHER else config.distillation.relation

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation and seed."""
        return {
            "model": config.teacher,
            "augmentation": config.window_augmentation,
            "seed": config.seed,
            "training": config.teacher_training,
        }

    def student_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation, distillation and seed."""
        return {
            "model": config.student,
            "distillation": config.distillation,
            "augmentation": config.window_augmentation,
            "seed": config.seed,
            "training": config.student_training,
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
        """Windows of the training people."""
        return calibration.calibration_inputs(config, corpus)

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """Fit it to the validation people, or to simulated people (world.confidence)."""
        if config.world.confidence:
            return simulated_confidence_map(config, folder, progress)
        return calibration.confidence_map(config, corpus, folder)

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """The corpus' people, and the simulated sessions that validate (world.confidence)."""
        if config.world.confidence:
            return with_simulated(corpus.subjects, config.world, config.endless_training, config.seed)
        return corpus.subjects

    def quantize(self, model: keras.Model, inputs: Int8[np.ndarray, "n 1024"]) -> bytes:
        """Convert a student to an int8 .tflite."""
        from wristpulse.learning.paper import int8

        return int8.quantize(model, inputs)

    def logits(self, model: keras.Model, inputs: Int8[np.ndarray, "n 1024"]) -> Float32[np.ndarray, "n 104"]:
        """Compute float logits of a `deployed` network."""
        from wristpulse.learning.paper import int8

        return int8.predict(model, inputs)

    def single_windows(self, logits: Float[np.ndarray, "n 104"]) -> Float[np.ndarray, " n"]:
        """Mean of the distribution (BPM), which these networks learn by."""
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights @ bin_bpm() / weights.sum(axis=1)


def simulated_confidence_map(
    config: Config, folder: Path, progress: Callable[[str], None]
) -> tuple[int, ...]:
    """Fit the confidence map of an int8 student of windows to simulated people.

    Parameters
    ----------
    config : Config
    folder : Path
        Holds student.tflite; validation.json is written beside it.
    progress : callable
        Gets lines of text.

    Returns
    -------
    tuple of 17 int
        Q15.
    """
    from wristpulse.learning.world import validation

    return validation.validate(config, folder, session_inputs, progress)


def session_inputs(made: Session) -> tuple[Int8[np.ndarray, "n 1024"], Float32[np.ndarray, " n"]]:
    """Make the network inputs of a simulated session.

    Parameters
    ----------
    made : Session

    Returns
    -------
    inputs : ndarray, int8 (n, 1024)
    bpm : ndarray, float32 (n,)
        NaN without a heart.
    """
    windows = session_window_inputs(made)
    return device_order(windows.inputs), windows.bpm
