# SPDX-License-Identifier: Apache-2.0
"""Windows without end: sessions are simulated beside the training, learnt from, and forgotten.

A chunk of sessions serves some steps. Which sessions, and which of their windows, follows from the seed and
the step alone, so an interrupted training goes on with the same ones. Nothing is written to disk.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.pool import Pool, ThreadPool

import numpy as np
import tensorflow as tf

from wristpulse.config.networks import World
from wristpulse.config.settings import Recipe
from wristpulse.data.spectral_examples import SpectralExamples
from wristpulse.data.world_examples import WorldExamples, world_examples
from wristpulse.learning.spectral.batches import Batch, Drawn
from wristpulse.learning.spectral.world_seeds import taught_seeds

AHEAD = 2  # chunks that wait for the training


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
        """Arrays of a step's simulated windows, then rows of the real ones."""
        world = self.world
        for chunk, windows in self._chunks(done // world.chunk_steps):
            rng = np.random.default_rng([self.seed, chunk, 3])
            draws = rng.integers(len(windows), size=(world.chunk_steps, 2, self.simulated))
            first = chunk * world.chunk_steps
            for step, (chosen, others) in enumerate(draws, first):
                if done <= step < self.recipe.steps:
                    real = self.real.draws[step] if self.real else ()
                    yield (*_gathered(windows, chosen, others), *real)

    def batch(self, *fed: tf.Tensor) -> Batch:
        """The simulated windows, then the real ones."""
        simulated = Batch(*fed[:6])
        if not self.real:
            return simulated
        real = self.real.batch(*fed[6:])
        return Batch(*(tf.concat(pair, axis=0) for pair in zip(simulated, real, strict=True)))

    def _chunks(self, first: int) -> Iterator[tuple[int, WorldExamples]]:
        """Chunks from number `first` on, made beside the training while it runs."""
        seeds, size = taught_seeds(self.world, self.recipe, self.seed), self.world.chunk_sessions
        lead_s = self.recipe.label_lead_s
        jobs = {n: seeds[n * size : (n + 1) * size] for n in range(first, len(seeds) // size)}
        with _pool() as pool:
            made = {}
            for n in jobs:
                for ahead in range(n, min(n + AHEAD + 1, first + len(jobs))):
                    if ahead not in made:
                        made[ahead] = pool.apply_async(world_examples, (jobs[ahead], self.world, lead_s))
                yield n, made[n].get()
                del made[n]


def _pool() -> Pool:
    """Another process, which knows no TensorFlow; a thread where this one may not start any."""
    if multiprocessing.current_process().daemon:  # a worker of `invoke evaluate`
        return ThreadPool(1)
    return multiprocessing.get_context("spawn").Pool(1)


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
