# SPDX-License-Identifier: Apache-2.0
"""Which simulated sessions teach, calibrate and validate: no seed does two of these. Free of TensorFlow."""

from __future__ import annotations

from wristpulse.config.networks import World
from wristpulse.config.settings import Recipe

FIRST_TAUGHT = 1_000_000  # far above all that validate and calibrate


def taught_seeds(world: World, recipe: Recipe, seed: int) -> range:
    """Of all sessions that a training by some seed draws from."""
    first = FIRST_TAUGHT * (1 + seed)
    chunks = -(-recipe.steps // world.chunk_steps)
    return range(first, first + chunks * world.chunk_sessions)


def validation_seeds(world: World) -> range:
    """Of the sessions that say how sure a student may be."""
    return range(world.validation_sessions)


def calibration_seeds(world: World, windows: int) -> range:
    """Of the sessions that set int8 ranges, so many windows at least."""
    first = world.validation_sessions
    return range(first, first + min(first, max(1, windows // 8)))


def named(seeds: range) -> str:
    """Sessions as a card names them."""
    return f"simulated sessions {seeds[0]} to {seeds[-1]}"


def with_simulated(
    people: dict[str, list[str]], world: World, recipe: Recipe, seed: int
) -> dict[str, list[str]]:
    """Whom a student knows, by role: a corpus' people, and the sessions that teach and validate.

    With `world.share` 0 no session teaches; with 1 none of the corpus' people does.
    """
    taught = [named(taught_seeds(world, recipe, seed))] if world.share else []
    return {
        **people,
        "train": [*(people["train"] if world.share < 1 else ()), *taught],
        "validation": [*people["validation"], named(validation_seeds(world))],
    }
