# SPDX-License-Identifier: Apache-2.0
"""The simulator's arm: gait, gestures and posture, as acceleration in g at any time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Num

from wristpulse.recordings.recording import ACTIVITIES

GRID_HZ = 16.0

# Steps a minute (low, high; for cycling: turns of the pedals), g of the step's shock, g of the arm's swing
# at half the step rate. Ranges overlap the heart rates of the same activity, so that the two cross.
GAIT = {
    "walking": ((92, 126), (0.15, 0.4), (0.15, 0.45)),
    "running": ((142, 186), (0.6, 1.6), (0.3, 1.0)),
    "cycling": ((58, 104), (0.04, 0.12), (0.0, 0.03)),
}
GESTURES_PER_S = {"sitting": 0.02, "working": 0.3, "walking": 0.03, "running": 0.01, "cycling": 0.05}


@dataclass(frozen=True)
class Gait:
    """Periodic motion in one bout: component k is `vectors[k]` (g) at `orders[k]` x half the step rate."""

    start: float
    end: float
    orders: Num[np.ndarray, " k"]
    vectors: Float64[np.ndarray, "k 3"]
    phases: Float64[np.ndarray, " k"]


@dataclass(frozen=True)
class Gesture:
    """A short movement: `vector` g at `hz` under a bell of width `sigma` seconds about `centre`."""

    centre: float
    sigma: float
    hz: float
    phase: float
    vector: Float64[np.ndarray, "3"]


@dataclass(frozen=True)
class Motion:
    """Motion of one wrist over a recording, as functions of time (seconds, any increasing array)."""

    grid: Float64[np.ndarray, " g"]  # seconds
    stride_phase: Float64[np.ndarray, " g"]  # radians of half the step rate
    posture: Float64[np.ndarray, "g 3"]  # gravity, g
    slow: Float64[np.ndarray, " g"]  # 0..1, slow drift of the strap's pressure
    gaits: list[Gait]
    gestures: list[Gesture]

    def gravity(self, t: Num[np.ndarray, " n"]) -> Float64[np.ndarray, "n 3"]:
        """Gravity (g) in the sensor's axes, (n, 3), at `t` (s, increasing, (n,))."""
        return np.stack([np.interp(t, self.grid, self.posture[:, i]) for i in range(3)], axis=1)

    def wander(self, t: Num[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Slow drift of the strap's pressure, 0 to 1, (n,), at `t` (s, increasing, (n,))."""
        return np.interp(t, self.grid, self.slow)

    def dynamic(self, t: Num[np.ndarray, " n"]) -> Float64[np.ndarray, "n 3"]:
        """Acceleration less gravity (g), (n, 3), at `t` (s, increasing, (n,))."""
        out = np.zeros((len(t), 3))
        for gait in self.gaits:
            a, b = np.searchsorted(t, (gait.start, gait.end))
            phase = np.interp(t[a:b], self.grid, self.stride_phase)
            ramp = np.clip(np.minimum(t[a:b] - gait.start, gait.end - t[a:b]) / 2.0, 0, 1)
            for order, vector, shift in zip(gait.orders, gait.vectors, gait.phases, strict=True):
                out[a:b] += np.outer(ramp * np.sin(order * phase + shift), vector)
        for gesture in self.gestures:
            away = 3.5 * gesture.sigma
            a, b = np.searchsorted(t, (gesture.centre - away, gesture.centre + away))
            u = t[a:b] - gesture.centre
            bell = np.exp(-0.5 * (u / gesture.sigma) ** 2)
            wave = bell * np.sin(2 * np.pi * gesture.hz * u + gesture.phase)
            out[a:b] += np.outer(wave, gesture.vector)
        return out


def motion(rng: np.random.Generator, bouts, seconds: float) -> Motion:
    """Draw one person's motion for the given bouts of activity.

    Parameters
    ----------
    rng : numpy.random.Generator
    bouts : sequence of Bout
        They cover the recording.
    seconds : float
        Length of the recording.

    Returns
    -------
    Motion
        Its functions are defined from 0 to 2 s after the end.
    """
    t = np.arange(int(seconds * GRID_HZ) + 2 * int(GRID_HZ)) / GRID_HZ
    cadence, posture, mix = np.zeros_like(t), np.empty((len(t), 3)), _unit(rng)
    gaits, gestures = [], []
    for bout in bouts:
        inside = (t >= bout.start) & (t < bout.end)
        name = ACTIVITIES[bout.activity]
        posture[t >= bout.start] = _unit(rng)
        if name in GAIT:
            (low, high), shock, swing = GAIT[name]
            first, last = rng.uniform(low, high), rng.uniform(low, high)
            count = int(inside.sum())
            cadence[inside] = np.linspace(first, 0.6 * first + 0.4 * last, count) + rng.normal(0, 1.5, count)
            gaits.append(_gait(rng, bout, rng.uniform(*shock), rng.uniform(*swing), mix))
        for _ in range(rng.poisson(GESTURES_PER_S[name] * (bout.end - bout.start))):
            gestures.append(_gesture(rng, bout))
    posture = _smooth(posture, 0.8)
    posture /= np.linalg.norm(posture, axis=1, keepdims=True)
    stride = np.cumsum(cadence / 120) * 2 * np.pi / GRID_HZ
    slow = _smooth(rng.random((len(t), 1)), 12.0)[:, 0]
    slow = (slow - slow.min()) / max(float(np.ptp(slow)), 1e-9)
    return Motion(t, stride, posture, slow, gaits, gestures)


def _gait(rng: np.random.Generator, bout, shock: float, swing: float, mix: np.ndarray) -> Gait:
    orders = np.array([1, 2, 3, 4, 6])  # arm swing, step, and their harmonics
    sizes = np.array([swing, shock, 0.3 * swing, 0.45 * shock, 0.2 * shock])
    sizes = sizes * rng.uniform(0.6, 1.4, len(orders))
    directions = np.stack([0.7 * mix + 0.7 * _unit(rng) for _ in orders])
    return Gait(
        bout.start, bout.end, orders, sizes[:, None] * directions, rng.uniform(0, 2 * np.pi, len(orders))
    )


def _gesture(rng: np.random.Generator, bout) -> Gesture:
    return Gesture(
        centre=rng.uniform(bout.start, bout.end),
        sigma=rng.uniform(0.25, 1.5),
        hz=rng.uniform(0.4, 3.5),
        phase=rng.uniform(0, 2 * np.pi),
        vector=rng.uniform(0.1, 0.7) * _unit(rng),
    )


def _unit(rng: np.random.Generator) -> np.ndarray:
    vector = rng.normal(0, 1, 3)
    return vector / np.linalg.norm(vector)


def _smooth(x: np.ndarray, seconds: float) -> np.ndarray:
    """Moving mean over the grid, edges held."""
    half = max(1, int(seconds * GRID_HZ / 2))
    total = np.cumsum(np.pad(x, ((half + 1, half), (0, 0)), mode="edge"), axis=0)
    return (total[2 * half + 1 :] - total[: -2 * half - 1]) / (2 * half + 1)
