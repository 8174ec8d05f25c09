# SPDX-License-Identifier: Apache-2.0
"""Sessions are simulated beside the training, in chunks; each serves some steps and is forgotten.

Which sessions, and which of their windows, follows from the seed and the step alone, so an interrupted
training goes on with the same ones. Nothing is written to disk.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.pool import Pool, ThreadPool
from typing import TypeVar

from wristpulse.config.networks import World
from wristpulse.config.settings import Recipe
from wristpulse.learning.world.seeds import taught_seeds

AHEAD = 2  # chunks that wait for the training
Made = TypeVar("Made")


def chunks(
    make: Callable[[range, World, float], Made], world: World, recipe: Recipe, seed: int, first: int
) -> Iterator[tuple[int, Made]]:
    """Chunks from number `first` on, made beside the training while it runs.

    Parameters
    ----------
    make : of a line: the windows of the sessions of some seeds, labels so many seconds ahead.
    world, recipe : how many sessions a chunk has, how many steps it serves, and the steps in all.
    seed : of the training.
    first : number of the first chunk that is wanted.

    Yields
    ------
    A chunk's number, and what `make` gave for it.
    """
    seeds, size = taught_seeds(world, recipe, seed), world.chunk_sessions
    jobs = {n: seeds[n * size : (n + 1) * size] for n in range(first, len(seeds) // size)}
    with _pool() as pool:
        made = {}
        for n in jobs:
            for ahead in range(n, min(n + AHEAD + 1, first + len(jobs))):
                if ahead not in made:
                    made[ahead] = pool.apply_async(make, (jobs[ahead], world, recipe.label_lead_s))
            yield n, made[n].get()
            del made[n]


def _pool() -> Pool:
    """Another process, which knows no TensorFlow; a thread where this one may not start any."""
    if multiprocessing.current_process().daemon:  # a worker of `invoke evaluate`
        return ThreadPool(1)
    return multiprocessing.get_context("spawn").Pool(1)
