# SPDX-License-Identifier: Apache-2.0
"""Which simulated sessions teach, calibrate and validate: no seed does two of these. Free of TensorFlow."""

from __future__ import annotations

from wristpulse.config.networks import World
from wristpulse.config.settings import Recipe

FIRST_TAUGHT = 1_000_000  # far above all that validate and calibrate


def taught_seeds(world: World, recipe: Recipe, seed: int) -> range:
    """Seeds of all sessions that a training draws from.

    Parameters
    ----------
    world : World
        How many sessions a chunk has, and how many steps it serves.
    recipe : Recipe
        The steps in all.
    seed : int
        Of the training, 0 or more.

    Returns
    -------
    range
        Whole chunks, from FIRST_TAUGHT (1 + seed) on.
    """
    first = FIRST_TAUGHT * (1 + seed)
    chunks = -(-recipe.steps // world.chunk_steps)
    return range(first, first + chunks * world.chunk_sessions)


def validation_seeds(world: World) -> range:
    """Seeds of the sessions that say how sure a student may be.

    Parameters
    ----------
    world : World
        How many they are.

    Returns
    -------
    range
        From 0 on.
    """
    return range(world.validation_sessions)


def calibration_seeds(world: World, windows: int) -> range:
    """Seeds of the sessions that set int8 ranges.

    Parameters
    ----------
    world : World
        How many sessions validate: these follow, and are no more than they.
    windows : int
        That are wanted; a session for every 8.

    Returns
    -------
    range
        One session or more.
    """
    first = world.validation_sessions
    return range(first, first + min(first, max(1, windows // 8)))


def named(seeds: range) -> str:
    """Name sessions as a card does.

    Parameters
    ----------
    seeds : range
        One seed or more.

    Returns
    -------
    str
        The first and the last.
    """
    return f"simulated sessions {seeds[0]} to {seeds[-1]}"


def with_simulated(
    people: dict[str, list[str]], world: World, recipe: Recipe, seed: int
) -> dict[str, list[str]]:
    """Whom a student knows, by role: a corpus' people, and the sessions that teach and validate.

    With `world.share` 0 no session teaches; with 1 none of the corpus' people does.

    Parameters
    ----------
    people : dict of str to list of str
        The corpus' people by role; "train" and "validation" are there.
    world : World
    recipe : Recipe
        Of the student's training.
    seed : int
        Of the training.

    Returns
    -------
    dict of str to list of str
        By the same roles.
    """
    taught = [named(taught_seeds(world, recipe, seed))] if world.share else []
    return {
        **people,
        "train": [*(people["train"] if world.share < 1 else ()), *taught],
        "validation": [*people["validation"], named(validation_seeds(world))],
    }
