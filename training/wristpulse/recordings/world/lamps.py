# SPDX-License-Identifier: Apache-2.0
"""Light without a wrist: a desk, a lamp's flicker, a charger's LED, an empty cradle, a swinging band."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from wristpulse.recordings.world.knobs import Draws
from wristpulse.recordings.world.motion import Motion
from wristpulse.recordings.world.slow import BASE_HZ, band, coloured, harmonics, slow

KINDS = ("flicker", "blinking", "fan", "noise", "steps", "swinging", "constant")
_SHARES = (0.25, 0.25, 0.1, 0.15, 0.1, 0.1, 0.05)


def kind(draw: Draws) -> str:
    """Draw what lights a sensor that nobody wears.

    Parameters
    ----------
    draw : Draws

    Returns
    -------
    str
        One of KINDS.
    """
    return KINDS[draw.rng.choice(len(KINDS), p=_SHARES)]


def lamp(draw: Draws, name: str, motion: Motion) -> Float64[np.ndarray, " n"]:
    """Light without a wrist, about as strong as a pulse.

    Parameters
    ----------
    draw : Draws
    name : str
        One of KINDS.
    motion : Motion
        Of n samples; "swinging" follows it.

    Returns
    -------
    float64 (n,)
        In units of a pulse.
    """
    rng, count = draw.rng, len(motion.phase)
    t = np.arange(count) / BASE_HZ
    if name == "flicker":  # mains, aliased by a sensor whose clock is nearly steady
        hz = rng.uniform(0.3, 7) + 10 ** rng.uniform(-4, -1.7) * slow(rng, count, 20)
        light = harmonics(2 * np.pi * np.cumsum(hz) / BASE_HZ, np.array([1, rng.uniform(0, 0.5)]))
    elif name == "blinking":  # an LED that blinks: a rectangle, exact to the clock, or breathes
        phase = 2 * np.pi * (rng.uniform(0.25, 3.5) * t + rng.random())
        duty = rng.uniform(0.05, 0.95)
        k = np.arange(1, 9)
        light = harmonics(phase, np.sin(np.pi * k * duty) / k * np.exp(-rng.uniform(0, 0.6) * k))
    elif name == "fan":
        hz = rng.uniform(0.5, 4) * (1 + 0.01 * slow(rng, count, 5))
        light = harmonics(2 * np.pi * np.cumsum(hz) / BASE_HZ, rng.normal(size=5) / np.arange(1, 6))
    elif name == "noise":
        light = coloured(rng, count, rng.uniform(0, 1.5))
    elif name == "steps":
        level = np.cumsum(rng.random(count) < 1 / (rng.uniform(0.5, 5) * BASE_HZ))
        light = rng.normal(size=level[-1] + 1)[level]
    elif name == "swinging":
        light = motion.dynamic @ rng.normal(size=3) * rng.uniform(1, 10) + 0.3 * coloured(rng, count, 0.5)
    else:
        light = np.zeros(count)
    hum = 10 ** rng.uniform(-3, -0.3) * (coloured(rng, count, 0.3) + band(rng, count, 0.5, 8))
    return light * rng.uniform(0.3, 3) + hum
