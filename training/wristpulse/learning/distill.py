# SPDX-License-Identifier: Apache-2.0
"""Pass on to the student what the teacher knows: its response and the relations between its features."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from wristpulse.config.load import Config
from wristpulse.data.corpus import Corpus, Windows
from wristpulse.learning.artefacts import STUDENT_MODEL
from wristpulse.learning.fit import fit
from wristpulse.learning.losses import RELATIONS, HeartRateLoss
from wristpulse.models import student


def distill_student(
    config: Config,
    corpus: Corpus,
    teacher: keras.Model | None,
    folder: Path,
    progress: Callable[[str], None] = print,
) -> dict:
    """Train the student into `folder` (student.keras, metrics.json, history.csv); returns the metrics.

    With a teacher it also learns on windows without a label; without one, from the labels alone.
    """
    keras.utils.set_random_seed(config.seed)
    model = student.build(config.student)
    sides = [
        (windows.network_inputs(), targets(windows, teacher, config))
        for windows in (corpus.taught if teacher else corpus.train, corpus.validation)
    ]
    losses = {"logits": HeartRateLoss(config.student_training, config.distillation)}
    weights = {"logits": 1.0}
    if teacher and config.distillation.relation in RELATIONS:
        output, loss = RELATIONS[config.distillation.relation]
        losses[output], weights[output] = loss, config.distillation.relation_weight
    summary = fit(model, config.student_training, losses, weights, *sides, folder, config.seed, progress)
    model.save(folder / STUDENT_MODEL)
    return summary


def targets(windows: Windows, teacher: keras.Model | None, config: Config) -> dict[str, np.ndarray]:
    """Targets by output name: BPM beside the teacher's logits, and the teacher's side of the relation."""
    bpm = windows.bpm[:, None]
    if teacher is None:
        return {"logits": bpm}
    taught = teacher.predict(windows.network_inputs(), batch_size=256, verbose=0)
    wanted = {"logits": np.concatenate([bpm, taught["logits"]], axis=1)}
    if config.distillation.relation in RELATIONS:
        output, _ = RELATIONS[config.distillation.relation]
        wanted[output] = taught[output]
    return wanted
