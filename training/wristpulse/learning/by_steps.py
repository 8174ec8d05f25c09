# SPDX-License-Identifier: Apache-2.0
"""Train a network for a number of steps, each on windows drawn at random and changed afresh."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from wristpulse.config.settings import Distillation, Recipe
from wristpulse.learning.losses import RELATIONS, divergence
from wristpulse.support.files import replacing, write_text
from wristpulse.support.stopwatch import Stopwatch

CHECKPOINT, CHECKPOINT_STEPS = "checkpoint.npz", 500
METRICS = "metrics.json"


class Lessons(Protocol):
    """What a line gives its networks to learn from, step by step; the same step always gets the same."""

    def fed(self, done: int) -> Iterator[Sequence[np.ndarray]]:
        """Give the arrays that each step after the first `done` is fed with.

        Parameters
        ----------
        done : int
            Steps that ran already.

        Yields
        ------
        sequence of ndarray
            For each step, as `lesson`'s function takes them.
        """

    def lesson(self, rng: tf.random.Generator) -> Callable[..., tuple[Any, tf.Tensor, tf.Tensor]]:
        """Make the compiled part of a step.

        Parameters
        ----------
        rng : tf.random.Generator
            Draws what changes at random; a checkpoint holds its state.

        Returns
        -------
        callable
            Takes the arrays of `fed` as tensors. Returns the network's inputs, targets (n, 104), which are
            distributions over the bins, and which windows have one, bool (n,).
        """


@dataclass(frozen=True)
class Teaching:
    """A trained teacher of the same inputs, and what the student takes from it besides the labels."""

    teacher: keras.Model
    settings: Distillation


def train_network(
    build: Callable[[], keras.Model],
    lessons: Lessons,
    recipe: Recipe,
    seed: int,
    folder: Path,
    teaching: Teaching | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> keras.Model:
    """A network trained from scratch; the same seed on the same machine gives the same weights.

    It minimises the mean cross-entropy with the targets, over the windows that have one; with `teaching` also
    response_weight `divergence`, over all windows, and relation_weight times the relation.

    Parameters
    ----------
    build : callable
        Makes the model, with outputs ``logits`` (104,) and those that the relation compares.
    lessons : Lessons
        What it learns from.
    recipe : Recipe
        Steps, batch, and the learning rate, which falls to nothing along a cosine.
    seed : int
        Of the weights, and of what `lessons` change.
    folder : Path
        There; an interrupted training resumes from it. Gets the checkpoint, and metrics.json with the speed.
    teaching : Teaching, optional
        A trained teacher.
    progress : callable
        Takes a line of text every CHECKPOINT_STEPS.

    Returns
    -------
    keras.Model
        After the last step.
    """
    keras.utils.set_random_seed(seed)
    model = build()
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, recipe.steps)
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=recipe.weight_decay, global_clipnorm=recipe.clip_norm or None
    )
    optimizer.build(model.trainable_variables)
    rng = tf.random.Generator.from_seed(seed)
    state = [*model.variables, *optimizer.variables, rng.state]
    taught = lessons.lesson(rng)

    @tf.function
    def step(*fed: tf.Tensor) -> tf.Tensor:
        inputs, target, has_target = taught(*fed)
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
    for n, fed in zip(range(done + 1, recipe.steps + 1), lessons.fed(done), strict=False):
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
    if settings.relation in RELATIONS:
        output, relation = RELATIONS[settings.relation]
        loss += settings.relation_weight * relation(teacher[output], student[output])
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
