# SPDX-License-Identifier: Apache-2.0
"""Windows of time without end: simulated sessions' windows, real ones beside them if any."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from wristpulse.config.networks import World
from wristpulse.config.settings import Recipe
from wristpulse.core.numbers import BINS, INPUT_STEPS
from wristpulse.data.corpus import Examples
from wristpulse.data.world_windows import world_windows
from wristpulse.learning.losses import soft_label
from wristpulse.learning.paper.augment import NO_PULSE_BPM
from wristpulse.learning.world.chunks import chunks


class WindowLessons:
    """wristpulse.learning.by_steps.Lessons of windows, half of them with the light turned over.

    real: drawn for `1 - world.share` of each batch.
    """

    def __init__(self, world: World, recipe: Recipe, seed: int, real: Examples | None = None) -> None:
        self.world, self.recipe, self.seed, self.real = world, recipe, seed, real
        self.simulated = round(recipe.batch * world.share) if real else recipe.batch

    def fed(self, done: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Give the windows of each step after the first `done`.

        Parameters
        ----------
        done : int

        Yields
        ------
        inputs : ndarray, int8 (n, 4, 256)
        bpm : ndarray, float32 (n,)
            Labels; NaN without a heart.
        seen : ndarray, float32 (n,)
            How far each label is taught, 0 to 1.
        """
        world = self.world
        for chunk, made in chunks(world_windows, world, self.recipe, self.seed, done // world.chunk_steps):
            rng = np.random.default_rng([self.seed, chunk, 5])
            for step in range(chunk * world.chunk_steps, (chunk + 1) * world.chunk_steps):
                rows = rng.integers(len(made), size=self.simulated)
                parts = [(made.inputs[rows], made.bpm[rows], made.seen[rows])]
                if self.real:
                    rows = rng.integers(len(self.real), size=self.recipe.batch - self.simulated)
                    bpm = self.real.bpm[rows]
                    parts.append((self.real.inputs[rows], bpm, (bpm != NO_PULSE_BPM).astype(np.float32)))
                if done <= step < self.recipe.steps:
                    inputs, bpm, seen = (np.concatenate(column) for column in zip(*parts, strict=True))
                    yield inputs, bpm, seen

    def lesson(self, rng: tf.random.Generator) -> Callable[..., tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]]:
        """Make the compiled part of a step.

        Parameters
        ----------
        rng : tf.random.Generator
            Draws which windows' light is turned over.

        Returns
        -------
        callable
            From the arrays of `fed` to [PPG, ACC] in standard deviations, targets (n, 104), and who has one
            (n,).
        """

        def taught(
            inputs: tf.Tensor, bpm: tf.Tensor, seen: tf.Tensor
        ) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
            x = tf.cast(inputs, tf.float32) / INPUT_STEPS
            turned = tf.where(rng.uniform(tf.shape(bpm)) < 0.5, -1.0, 1.0)
            ppg = x[:, None, 0, :, None] * turned[:, None, None, None]
            acc = tf.transpose(x[:, None, 1:], (0, 1, 3, 2))
            known = tf.math.is_finite(bpm)
            target = soft_label(tf.where(known, bpm, NO_PULSE_BPM), self.recipe.label_spread_bpm)
            target = seen[:, None] * target + (1 - seen[:, None]) / BINS
            return [ppg, acc], target, known | (seen == 0)

        return taught
