# SPDX-License-Identifier: Apache-2.0
"""A line: what the networks see, the examples that they learn from, teacher, student and int8 conversion.

There are two, and a configuration's `front_end` chooses one. Neither loads Keras before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, Int8

from wristpulse.config.settings import Config, FrontEnd
from wristpulse.data.corpus import Corpus
from wristpulse.learning.paper import PaperLine
from wristpulse.learning.spectral import SpectralLine

if TYPE_CHECKING:
    import keras


@runtime_checkable
class Line(Protocol):
    """What the steps of the chain ask of a line.

    front_end: of wristpulse.core.estimator.FRONT_ENDS.
    """

    front_end: FrontEnd

    def needs_validation(self, config: Config) -> bool:
        """Whether training needs people who choose the best epoch."""

    def variant(self, config: Config, network: str) -> str:
        """What a network (TEACHER or STUDENT of learning.artefacts) is compared as in an evaluation."""

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """The settings that the trained teacher depends on."""

    def student_settings(self, config: Config) -> dict[str, object]:
        """The settings that the trained student depends on."""

    def train_teacher(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> None:
        """Train the teacher and save it in `folder` as TEACHER_MODEL; an interrupted training is resumed.

        Parameters
        ----------
        config : Config
        corpus : Corpus
        folder : Path
            There; holds the checkpoint of an interrupted training.
        progress : callable
            Takes a line of text.
        """

    def train_student(
        self,
        config: Config,
        corpus: Corpus,
        teacher: Path | None,
        folder: Path,
        progress: Callable[[str], None],
    ) -> None:
        """Train the student and save it in `folder` as STUDENT_MODEL; an interrupted training is resumed.

        Parameters
        ----------
        config : Config
        corpus : Corpus
        teacher : Path or None
            The teacher's folder; None: the labels alone teach.
        folder : Path
            There; holds the checkpoint of an interrupted training.
        progress : callable
            Takes a line of text.
        """

    def calibration_inputs(self, config: Config, corpus: Corpus) -> Int8[np.ndarray, "n ..."]:
        """Inputs int8 (n, ...) of the front end that set the ranges of the int8 student's numbers."""

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """Confidence map of the int8 student in `folder`, by people that it never saw.

        Parameters
        ----------
        config : Config
        corpus : Corpus
        folder : Path
            Holds student.tflite; figures may be written beside it.
        progress : callable
            Takes a line of text.

        Returns
        -------
        tuple of 17 int
            Q15.
        """

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """Whom the student knows, by role, as its card names them."""

    def quantize(self, model: keras.Model, inputs: Int8[np.ndarray, "n ..."]) -> bytes:
        """int8 .tflite of a student; inputs int8 (n, ...) of the front end set the activations' ranges."""

    def logits(self, model: keras.Model, inputs: Int8[np.ndarray, "n ..."]) -> Float32[np.ndarray, "n 104"]:
        """Float logits (n, 104) of a `deployed` network for int8 inputs (n, ...) of the front end."""

    def single_windows(self, logits: Float[np.ndarray, "n 104"]) -> Float[np.ndarray, " n"]:
        """BPM (n,) of windows by themselves, without a tracker, from float logits (n, 104)."""


PAPER, SPECTRAL = PaperLine(), SpectralLine()
LINES: dict[str, Line] = {line.front_end: line for line in (PAPER, SPECTRAL)}


def line_of(config: Config) -> Line:
    """The line of a configuration."""
    return LINES[config.front_end]
