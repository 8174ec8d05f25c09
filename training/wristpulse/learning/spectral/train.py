# SPDX-License-Identifier: Apache-2.0
"""Train the spectral line's networks, teacher and students: windows drawn at random, augmented afresh."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from wristpulse.config.networks import Augmentation
from wristpulse.config.settings import Distillation, Recipe
from wristpulse.data.spectral_examples import SpectralExamples
from wristpulse.learning.losses import divergence, rkd
from wristpulse.learning.spectral.batches import Drawn, Source, Taught
from wristpulse.support.files import replacing, write_text
from wristpulse.support.stopwatch import Stopwatch

CHECKPOINT, CHECKPOINT_STEPS = "checkpoint.npz", 500
METRICS = "metrics.json"


@dataclass(frozen=True)
class Teaching:
    """A trained teacher of the same inputs, and what the student takes from it besides the labels."""

    teacher: keras.Model
    settings: Distillation


def train_network(
    build: Callable[[], keras.Model],
    data: SpectralExamples | Source,
    augmentation: Augmentation,
    recipe: Recipe,
    seed: int,
    folder: Path,
    teaching: Teaching | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> keras.Model:
    """A network trained from scratch; the same seed on the same machine gives the same weights.

    Minimises the mean cross-entropy with the soft label over windows that have a target; with a teacher also
    response_weight `divergence`, and relation_weight `rkd` if that is the relation.

    Parameters
    ----------
    build : callable
        Makes the model, with outputs ``logits`` (104,) and ``fused``.
    data : SpectralExamples or Source
        Windows in memory, or a source of them.
    augmentation : Augmentation
    recipe : Recipe
        Steps, batch, learning rate, spread of the labels.
    seed : int
        Of weights and draws.
    folder : Path
        There; an interrupted training resumes from it. Gets the checkpoint, and metrics.json with the speed.
    teaching : Teaching, optional
        A teacher. Windows without a label are then drawn too: its response alone counts for them.
    progress : callable
        Takes a line of text.

    Returns
    -------
    keras.Model
        After the last step.
    """
    keras.utils.set_random_seed(seed)
    model = build()
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, recipe.steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay)
    optimizer.build(model.trainable_variables)
    rng = tf.random.Generator.from_seed(seed)
    state = [*model.variables, *optimizer.variables, rng.state]
    share = teaching.settings.unlabelled_share if teaching else 0.0
    source = Drawn(data, recipe, seed, share) if isinstance(data, SpectralExamples) else data
    taught = Taught(augmentation, recipe, seed, rng)

    @tf.function
    def step(*fed: tf.Tensor) -> tf.Tensor:
        inputs, target, has_target = taught(source.batch(*fed))
        with tf.GradientTape() as tape:
            outputs = model(inputs, training=True)
            entropy = tf.nn.softmax_cross_entropy_with_logits(target, outputs["logits"])
            counted = tf.where(has_target, entropy, 0.0)
            loss = tf.reduce_sum(counted) / tf.reduce_sum(tf.cast(has_target, tf.float32))
            if teaching:
                loss += _teaching_loss(teaching.teacher(inputs, training=False), outputs, teaching.settings)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    done = _restore(folder / CHECKPOINT, state)
    stopwatch = Stopwatch()
    for n, fed in zip(range(done + 1, recipe.steps + 1), source.fed(done), strict=False):
        loss = step(*fed)
        if n % CHECKPOINT_STEPS == 0 or n == recipe.steps:
            _save(folder / CHECKPOINT, n, state)
            progress(f"{model.name}: step {n}/{recipe.steps}  loss {float(loss):.3f}")
    speed = stopwatch.speed((recipe.steps - done) * recipe.batch)
    summary = {"parameters": model.count_params(), "steps": recipe.steps, **speed}
    write_text(folder / METRICS, json.dumps(summary, indent=1))
    return model


def _teaching_loss(
    teacher: dict[str, tf.Tensor], student: dict[str, tf.Tensor], settings: Distillation
) -> tf.Tensor:
    """Loss against the teacher's outputs: its response, and the relation if one is set."""
    loss = settings.response_weight * divergence(teacher["logits"], student["logits"], settings.temperature)
    if settings.relation == "rkd":
        loss += settings.relation_weight * rkd(teacher["fused"], student["fused"])
    return loss


def _save(path: Path, step: int, state: Sequence) -> None:
    values: dict[str, Any] = {str(n): np.asarray(v) for n, v in enumerate(state)}
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, step=step, **values)


def _restore(path: Path, state: Sequence) -> int:
    """Steps done, their state restored; 0 if there is no checkpoint."""
    if not path.exists():
        return 0
    with np.load(path) as stored:
        for n, variable in enumerate(state):
            variable.assign(stored[str(n)])
        return int(stored["step"])
