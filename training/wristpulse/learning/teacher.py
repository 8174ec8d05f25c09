# SPDX-License-Identifier: Apache-2.0
"""Train the PULSE teacher on labelled windows."""

from collections.abc import Callable
from pathlib import Path

import keras

from wristpulse.config.load import Config
from wristpulse.data.corpus import Corpus
from wristpulse.learning.artefacts import TEACHER_MODEL
from wristpulse.learning.fit import fit
from wristpulse.learning.losses import HeartRateLoss
from wristpulse.models import teacher


def train_teacher(
    config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None] = print
) -> dict:
    """Train into `folder` (teacher.keras, metrics.json, history.csv); returns the metrics."""
    keras.utils.set_random_seed(config.seed)
    model = teacher.build(config.teacher)
    sides = [
        (windows.network_inputs(), {"logits": windows.bpm[:, None]})
        for windows in (corpus.train, corpus.validation)
    ]
    losses = {"logits": HeartRateLoss(config.teacher_training)}
    summary = fit(
        model, config.teacher_training, losses, {"logits": 1.0}, *sides, folder, config.seed, progress
    )
    model.save(folder / TEACHER_MODEL)
    return summary
