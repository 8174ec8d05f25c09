# SPDX-License-Identifier: Apache-2.0
"""What real people say of a student: ranges of its int8 numbers, and how sure it may be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Int8

from wristpulse.config.settings import Config
from wristpulse.core.estimator import Estimator, front_end_inputs
from wristpulse.core.track import tracker_tables
from wristpulse.data.corpus import Corpus
from wristpulse.oracle import IntegerModel
from wristpulse.student.card import MODEL
from wristpulse.student.confidence import fitted_map


def calibration_inputs(config: Config, corpus: Corpus) -> Int8[np.ndarray, "n ..."]:
    """What the front end makes of the training people's windows.

    Parameters
    ----------
    config : Config
    corpus : Corpus

    Returns
    -------
    int8 (n, ...)
        `config.calibration_windows` of them, or all if there are fewer, evenly chosen over time.
    """
    recordings = corpus.recordings["train"]
    inputs = np.concatenate([front_end_inputs(r, config.front_end) for r in recordings])
    count = min(config.calibration_windows, len(inputs))
    return inputs[np.linspace(0, len(inputs) - 1, count).round().astype(int)]


def confidence_map(config: Config, corpus: Corpus, folder: Path) -> tuple[int, ...]:
    """Confidence map of an int8 student, fitted to the validation people.

    Parameters
    ----------
    config : Config
        Its tracking and labels.
    corpus : Corpus
    folder : Path
        Holds student.tflite.

    Returns
    -------
    tuple of 17 int
        Q15; the identity if nobody validates.
    """
    model = IntegerModel.load(folder / MODEL)
    tables = tracker_tables(float(model.output.scale[0]), config.tracking)
    estimator = Estimator(model.predict, tables, config.front_end)
    return fitted_map(estimator, corpus.recordings["validation"], config.data.aligned_labels)
