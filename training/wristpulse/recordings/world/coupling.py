# SPDX-License-Identifier: Apache-2.0
"""Motion in the light: what the accelerometer sees, through a response that it does not, and what it misses.

All in units of the pulse. A random smooth response for each axis: neither the size nor the delay of an
artefact can be memorised. Hidden parts go with the gait (blood and tendons, at harmonics of their own)
or come alone (wrist and fingers).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from wristpulse.recordings.world.knobs import Draws
from wristpulse.recordings.world.motion import Bout, Motion
from wristpulse.recordings.world.slow import BASE_HZ, band, bell, harmonics, slow

LOOSE_STRAP = 0.25  # share of people whose strap is loose
LOOSE = (0.04, 0.6)  # share of bouts in which a tight, a loose strap lets the sensor slip
HIDDEN = 0.6  # share of gaits with harmonics that acceleration does not show
HIDDEN_HARMONICS = 8
COMPRESSED_G = 0.3  # motion at which the coupling is the knob's, whatever its fall
RHYTHMIC = 0.2  # share of flexions that repeat
KNOTS_HZ = 1.5  # between points of the response


def artefact(draw: Draws, bouts: list[Bout], motion: Motion) -> Float64[np.ndarray, " n"]:
    """What one arm's motion adds to the light of one LED.

    Parameters
    ----------
    draw : Draws
    bouts : list of Bout
    motion : Motion
        Of n samples.

    Returns
    -------
    float64 (n,)
        In units of the pulse.
    """
    rng, count = draw.rng, len(motion.phase)
    shake = _response(draw, motion.dynamic)
    shake = shake + draw("squared") * shake * np.abs(shake)
    strength = draw("coupling") * np.exp(0.3 * slow(rng, count, 15))
    strength *= (COMPRESSED_G / _level(motion.dynamic)) ** draw("compress")
    hidden, slipping = np.zeros(count), LOOSE[draw.chance(LOOSE_STRAP)]
    for bout in bouts:
        loose = draw.chance(slipping)
        factor, blind = draw("loose"), draw("hidden_loose" if loose else "hidden")
        if loose:
            strength[bout.samples] *= factor
        if bout.hz and (loose or draw.chance(HIDDEN)):
            here = slice(bout.samples.start, bout.samples.stop)
            wave = harmonics(motion.phase[here], _hidden(draw, bout.hz))
            hidden[here] += blind * motion.gait[here] * wave
    limit = draw("limit")
    tilt = draw("tilt") * (motion.gravity @ rng.normal(0, 0.5, 3))
    moved = strength * shake + hidden * np.exp(0.3 * slow(rng, count, 4))
    return limit * np.tanh(moved / limit) + tilt + _flexions(draw, count)


def pressing(draw: Draws, motion: Motion) -> Float64[np.ndarray, " n"]:
    """Draw how motion changes the pulse's own amplitude: the strap presses with each step.

    Parameters
    ----------
    draw : Draws
    motion : Motion
        Of n samples.

    Returns
    -------
    ndarray, float64 (n,)
        A factor.
    """
    part = draw("pressing")
    shake = motion.dynamic @ draw.rng.normal(size=3)
    return 1 + part * np.tanh(shake / 0.5)


def _level(dynamic: np.ndarray) -> np.ndarray:
    """How strongly the arm moves (n,), g: the root of its mean square over some 4 s."""
    width = int(4 * BASE_HZ)
    power = np.convolve((dynamic**2).sum(axis=1), np.ones(width) / width, "same")
    return np.sqrt(power + 0.03**2)


def _response(draw: Draws, dynamic: np.ndarray) -> np.ndarray:
    """Acceleration (n, 3) in g through the strap: (n,), each axis with its weight, delay and colour."""
    rng, count = draw.rng, len(dynamic)
    f = np.fft.rfftfreq(count, 1 / BASE_HZ)
    weights = rng.normal(size=3)
    weights /= np.linalg.norm(weights)
    rough, total = draw("response"), 0
    knots = np.arange(0, BASE_HZ / 2 + KNOTS_HZ, KNOTS_HZ)
    for axis, weight in enumerate(weights):
        gain = np.exp(rough * np.interp(f, knots, rng.normal(size=len(knots))))
        turn = 2 * np.pi * (f * draw("lag_s") + np.interp(f, knots, 0.15 * rng.normal(size=len(knots))))
        total = total + weight * gain * np.exp(-1j * turn) * np.fft.rfft(dynamic[:, axis])
    return np.fft.irfft(total, count)


def _hidden(draw: Draws, hz: float) -> np.ndarray:
    """Complex weights of hidden harmonics of a gait's cycle: around one of them, or all over."""
    rng = draw.rng
    k = np.arange(1, HIDDEN_HARMONICS + 1)
    centre, width = rng.uniform(1, 6), rng.uniform(0.3, 3)
    size = np.exp(-0.5 * ((k - centre) / width) ** 2) * np.exp(rng.normal(0, 0.6, len(k))) * (k * hz < 14)
    size /= max(float(np.linalg.norm(size)), 1e-9)
    return size * np.exp(2j * np.pi * rng.random(len(k)))


def _flexions(draw: Draws, count: int) -> np.ndarray:
    """Bursts (n,) by wrist and fingers: short and irregular, or a rhythm that goes on for a while."""
    rng, out, seconds = draw.rng, np.zeros(count), count / BASE_HZ
    for _ in range(rng.poisson(seconds * draw("flexion_rate"))):
        rhythmic = draw.chance(RHYTHMIC)
        where, wave = bell(
            count, rng.uniform(0, seconds), rng.uniform(3, 15) if rhythmic else rng.uniform(0.3, 3)
        )
        n = len(wave)
        if n < 16:
            continue
        if rhythmic:
            hz = rng.uniform(0.3, 3) * (1 + 0.1 * slow(rng, n, 1.0))
            move = harmonics(2 * np.pi * np.cumsum(hz) / BASE_HZ, rng.normal(size=4) / np.arange(1, 5))
        else:
            move = band(rng, n, rng.uniform(0.1, 1.5), rng.uniform(2, 7))
        out[where] += draw("flexion") * wave * move
    return out
