# SPDX-License-Identifier: Apache-2.0
"""A line: what the networks see, the examples that they learn from, teacher, student and int8 conversion.

A configuration's `front_end` chooses one; the paper's line learns in epochs or, of simulated people, by
steps. None loads Keras before it is needed.
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
from wristpulse.learning.paper.by_steps import PaperLineBySteps
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
        """Tell whether training needs people who choose the best epoch.

        Parameters
        ----------
        config : Config

        Returns
        -------
        bool
        """

    def variant(self, config: Config, network: str) -> str:
        """Name a network in an evaluation.

        Parameters
        ----------
        config : Config
        network : str
            TEACHER or STUDENT of learning.artefacts.

        Returns
        -------
        str
        """

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Collect the settings that the trained teacher depends on.

        Parameters
        ----------
        config : Config

        Returns
        -------
        dict of str to object
        """

    def student_settings(self, config: Config) -> dict[str, object]:
        """Collect the settings that the trained student depends on.

        Parameters
        ----------
        config : Config

        Returns
        -------
        dict of str to object
        """

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
        """Choose the inputs that set the ranges of the int8 student's activations.

        Parameters
        ----------
        config : Config
        corpus : Corpus

        Returns
        -------
        ndarray, int8 (n, ...)
            Of the front end.
        """

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
        """Name the people that the student knows, as its card does.

        Parameters
        ----------
        config : Config
        corpus : Corpus

        Returns
        -------
        dict of str to list of str
            By role.
        """

    def quantize(self, model: keras.Model, inputs: Int8[np.ndarray, "n ..."]) -> bytes:
        """Convert a student to an int8 .tflite.

        Parameters
        ----------
        model : keras.Model
        inputs : ndarray, int8 (n, ...)
            Of `calibration_inputs`.

        Returns
        -------
        bytes
        """

    def logits(self, model: keras.Model, inputs: Int8[np.ndarray, "n ..."]) -> Float32[np.ndarray, "n 104"]:
        """Compute float logits of a `deployed` network.

        Parameters
        ----------
        model : keras.Model
        inputs : ndarray, int8 (n, ...)
            Of the front end.

        Returns
        -------
        ndarray, float32 (n, 104)
        """

    def single_windows(self, logits: Float[np.ndarray, "n 104"]) -> Float[np.ndarray, " n"]:
        """Estimate windows by themselves, without a tracker.

        Parameters
        ----------
        logits : ndarray of floats (n, 104)

        Returns
        -------
        ndarray (n,)
            BPM.
        """


PAPER, PAPER_BY_STEPS, SPECTRAL = PaperLine(), PaperLineBySteps(), SpectralLine()


def line_of(config: Config) -> Line:
    """Choose the line of a configuration.

    Parameters
    ----------
    config : Config

    Returns
    -------
    Line
    """
    if config.front_end == SPECTRAL.front_end:
        return SPECTRAL
    return PAPER_BY_STEPS if config.world.share else PAPER
