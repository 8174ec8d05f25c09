# SPDX-License-Identifier: Apache-2.0
"""Spectra without end: simulated sessions' windows, real ones beside them if any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import tensorflow as tf

from wristpulse.config.networks import World
from wristpulse.config.settings import Recipe
from wristpulse.data.spectral_examples import SpectralExamples
from wristpulse.data.world_examples import WorldExamples, world_examples
from wristpulse.learning.spectral.batches import Batch, Drawn
from wristpulse.learning.world.chunks import chunks


class Endless:
    """A source of batches: simulated windows, and real ones beside them if there are any.

    Parameters
    ----------
    world : World
        share: of simulated windows in a batch, if real ones are given; chunk_sessions and chunk_steps: how
        many sessions serve how many steps.
    recipe : Recipe
    seed : int
        The same seed gives the same windows at each step.
    real : SpectralExamples, optional
    """

    def __init__(self, world: World, recipe: Recipe, seed: int, real: SpectralExamples | None = None) -> None:
        self.world, self.recipe, self.seed = world, recipe, seed
        self.simulated = round(recipe.batch * world.share) if real else recipe.batch
        rest = replace(recipe, batch=recipe.batch - self.simulated)
        self.real = Drawn(real, rest, seed, 0.0) if real and rest.batch else None

    def fed(self, done: int) -> Iterator[tuple]:
        """Give what each step after the first `done` is fed with.

        Parameters
        ----------
        done : int
            Steps that ran already.

        Yields
        ------
        tuple of ndarray
            For each step: the fields of `Batch` for its simulated windows, in their order; then, if there are
            real ones, int32 numbers of those that are learnt from, and of the others.
        """
        world = self.world
        first_chunk = done // world.chunk_steps
        for chunk, windows in chunks(world_examples, world, self.recipe, self.seed, first_chunk):
            rng = np.random.default_rng([self.seed, chunk, 3])
            draws = rng.integers(len(windows), size=(world.chunk_steps, 2, self.simulated))
            first = chunk * world.chunk_steps
            for step, (chosen, others) in enumerate(draws, first):
                if done <= step < self.recipe.steps:
                    real = self.real.draws[step] if self.real else ()
                    yield (*_gathered(windows, chosen, others), *real)

    def batch(self, *fed: tf.Tensor) -> Batch:
        """Make the batch of a step; part of the compiled step.

        Parameters
        ----------
        *fed : tf.Tensor
            The arrays that `fed` gave for the step.

        Returns
        -------
        Batch
            The simulated windows, then the real ones.
        """
        simulated = Batch(*fed[:6])
        if not self.real:
            return simulated
        real = self.real.batch(*fed[6:])
        return Batch(*(tf.concat(pair, axis=0) for pair in zip(simulated, real, strict=True)))


def _gathered(windows: WorldExamples, chosen: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, ...]:
    rows, other = windows.hops[chosen], windows.hops[others]
    return (
        windows.spectra[rows],
        windows.motion[rows],
        windows.bpm[chosen],
        windows.seen[chosen],
        windows.spectra[other],
        windows.motion[other],
    )
