# SPDX-License-Identifier: Apache-2.0
"""Train the paper's networks on windows: the PULSE teacher, and the student that learns from it."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from wristpulse.config.settings import Config
from wristpulse.data.corpus import Corpus, Examples
from wristpulse.learning.artefacts import STUDENT_MODEL, TEACHER, TEACHER_MODEL
from wristpulse.learning.by_steps import Teaching, train_network
from wristpulse.learning.losses import RELATIONS, HeartRateLoss
from wristpulse.learning.paper.endless import WindowLessons
from wristpulse.learning.paper.examples import distillation_examples, training_examples
from wristpulse.learning.paper.fit import fit
from wristpulse.models import student, teacher


def train_teacher(
    config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None] = print
) -> dict:
    """Train the PULSE teacher into a folder.

    Parameters
    ----------
    config : Config
    corpus : Corpus
        With people who validate.
    folder : Path
        Gets teacher.keras, metrics.json and history.csv; an interrupted training resumes from it.
    progress : callable
        Takes a line an epoch.

    Returns
    -------
    dict
        The metrics, of `fit`.
    """
    keras.utils.set_random_seed(config.seed)
    model = teacher.build(config.teacher)
    train, validation = (
        (examples.network_inputs(), {"logits": examples.bpm[:, None]})
        for examples in (training_examples(config, corpus), corpus.validation)
    )
    summary = fit(
        model,
        config.teacher_training,
        losses={"logits": HeartRateLoss(config.teacher_training)},
        weights={"logits": 1.0},
        train=train,
        validation=validation,
        folder=folder,
        seed=config.seed,
        progress=progress,
    )
    model.save(folder / TEACHER_MODEL)
    return summary


def train_student(
    config: Config,
    corpus: Corpus,
    teacher: keras.Model | None,
    folder: Path,
    progress: Callable[[str], None] = print,
) -> dict:
    """Train the modality-wise student into a folder.

    Parameters
    ----------
    config : Config
    corpus : Corpus
        With people who validate.
    teacher : keras.Model or None
        With one the student also learns on windows without a label; None: from the labels alone.
    folder : Path
        Gets student.keras, metrics.json and history.csv; an interrupted training resumes from it.
    progress : callable
        Takes a line an epoch.

    Returns
    -------
    dict
        The metrics, of `fit`.
    """
    keras.utils.set_random_seed(config.seed)
    model = student.build(config.student)
    examples_of = distillation_examples if teacher else training_examples
    train, validation = (
        (examples.network_inputs(), targets(examples, teacher, config))
        for examples in (examples_of(config, corpus), corpus.validation)
    )
    losses: dict[str, Callable] = {"logits": HeartRateLoss(config.student_training, config.distillation)}
    weights = {"logits": 1.0}
    if teacher and config.distillation.relation in RELATIONS:
        output, loss = RELATIONS[config.distillation.relation]
        losses[output], weights[output] = loss, config.distillation.relation_weight
    summary = fit(
        model,
        config.student_training,
        losses=losses,
        weights=weights,
        train=train,
        validation=validation,
        folder=folder,
        seed=config.seed,
        progress=progress,
    )
    model.save(folder / STUDENT_MODEL)
    return summary


def targets(examples: Examples, teacher: keras.Model | None, config: Config) -> dict[str, np.ndarray]:
    """What the student is to say of examples.

    Parameters
    ----------
    examples : Examples
        Of n windows.
    teacher : keras.Model or None
    config : Config
        Its relation chooses the further output.

    Returns
    -------
    dict of str to float32 array
        "logits": (n, 1) BPM, or (n, 1 + 104) with the teacher's logits behind it; with a relation of
        `learning.losses.RELATIONS` also the teacher's output that it compares.
    """
    bpm = examples.bpm[:, None]
    if teacher is None:
        return {"logits": bpm}
    outputs = teacher.predict(examples.network_inputs(), batch_size=256, verbose=0)
    wanted = {"logits": np.concatenate([bpm, outputs["logits"]], axis=1)}
    if config.distillation.relation in RELATIONS:
        output, _ = RELATIONS[config.distillation.relation]
        wanted[output] = outputs[output]
    return wanted


def train_by_steps(
    config: Config,
    corpus: Corpus,
    network: str,
    teacher_model: keras.Model | None,
    folder: Path,
    progress: Callable[[str], None] = print,
) -> None:
    """Train a network where simulated people teach.

    Real windows, and changed copies of them, stand beside the simulated ones if `world.share` is below 1.

    Parameters
    ----------
    config : Config
    corpus : Corpus
    network : str
        TEACHER or STUDENT.
    teacher_model : keras.Model or None
        Teaches a student beside the labels.
    folder : Path
        Gets the network and its speed; holds the checkpoint of an interrupted training.
    progress : callable
        Gets lines of text.
    """
    recipe = config.endless_teacher_training if network == TEACHER else config.endless_training
    real = training_examples(config, corpus) if config.world.share < 1 else None
    trained = train_network(
        lambda: teacher.build(config.teacher) if network == TEACHER else student.build(config.student),
        WindowLessons(config.world, recipe, config.seed, real),
        recipe,
        config.seed,
        folder,
        Teaching(teacher_model, config.distillation) if teacher_model else None,
        progress,
    )
    trained.save(folder / (TEACHER_MODEL if network == TEACHER else STUDENT_MODEL))
