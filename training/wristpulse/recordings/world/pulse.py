# SPDX-License-Identifier: Apache-2.0
"""The pulse in the light: shapes from sharp to sine-like, vessels' tone, breathing, drift of the baseline."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64
from scipy.signal import lfilter

from wristpulse.recordings.world.heart import Heart
from wristpulse.recordings.world.knobs import Draws
from wristpulse.recordings.world.slow import BASE_HZ, coloured, harmonics, slow

HARMONICS = 8  # of a beat
CONSTRICTIONS_PER_S = 1 / 150


def pulse(draw: Draws, heart: Heart) -> Float64[np.ndarray, " n"]:
    """Draw the pulse in the light.

    Parameters
    ----------
    draw : Draws
    heart : Heart
        Of n samples.

    Returns
    -------
    ndarray, float64 (n,)
        The unit is its usual amplitude: of all harmonics together, mostly the first.
    """
    rng, count = draw.rng, len(heart.phase)
    wave = harmonics(2 * np.pi * heart.phase, _shape(draw))
    wave = _low_pass(wave, draw("tissue_hz"))
    tone = draw("tone_swing") * slow(rng, count, 12) + np.log(_constrictions(draw, count))
    breathing = 1 + draw("breath_am") * np.sin(heart.breath + rng.uniform(0, 2 * np.pi))
    return wave * heart.strength * breathing * np.exp(tone)


def baseline(draw: Draws, heart: Heart) -> Float64[np.ndarray, " n"]:
    """Draw what else moves the constant light without any motion: breathing and slow drift.

    Parameters
    ----------
    draw : Draws
    heart : Heart
        Of n samples.

    Returns
    -------
    ndarray, float64 (n,)
        In pulses.
    """
    rng, count = draw.rng, len(heart.phase)
    breath = draw("breath_base") * harmonics(heart.breath, np.exp(2j * np.pi * rng.random(2)) * (1, 0.2))
    return breath + draw("baseline") * 0.3 * coloured(rng, count, rng.uniform(0.8, 1.5))


def _shape(draw: Draws) -> np.ndarray:
    """Complex harmonics of one beat, the root of their summed squares 1."""
    u = np.arange(128) / 128
    width = draw("systole")

    def bump(centre: float, sigma: float) -> np.ndarray:
        return np.exp(-0.5 * (((u - centre + 0.5) % 1.0 - 0.5) / sigma) ** 2)

    wave = bump(0.25, width)
    wave += draw("reflection") * bump(0.25 + draw("reflection_at"), width * draw.rng.uniform(0.8, 1.8))
    wave += draw("run_off") * np.where(u > 0.25, np.exp(-(u - 0.25) / draw.rng.uniform(0.1, 0.5)), 0)
    weights = np.fft.rfft(wave)[1 : HARMONICS + 1]
    return weights / np.linalg.norm(weights)


def _low_pass(x: np.ndarray, hz: float) -> np.ndarray:
    keep = np.exp(-2 * np.pi * hz / BASE_HZ)
    return lfilter([1 - keep], [1, -keep], x)


def _constrictions(draw: Draws, count: int) -> np.ndarray:
    """What vessels let through (n,), 0 to 1: closed within seconds by cold, pain or a deep breath."""
    open_, seconds = np.ones(count), count / BASE_HZ
    t = np.arange(count) / BASE_HZ
    for _ in range(draw.rng.poisson(seconds * CONSTRICTIONS_PER_S)):
        start, length = draw.rng.uniform(0, seconds), draw.rng.uniform(8, 60)
        edge = draw.rng.uniform(1, 4)
        closed = 1 / (1 + np.exp(-np.clip((t - start) / edge, -50, 50)))
        closed *= 1 / (1 + np.exp(np.clip((t - start - length) / (2 * edge), -50, 50)))
        open_ *= 1 - (1 - draw("constriction")) * closed
    return open_
