# SPDX-License-Identifier: Apache-2.0
"""What the arm does: activities, their gaits and gestures, as acceleration in g on the grid of BASE_HZ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from wristpulse.recordings.world.knobs import Draws
from wristpulse.recordings.world.slow import BASE_HZ, band, bell, coloured, direction, harmonics, slow

Range = tuple[float, float]
HARMONICS = 12  # of a gait's cycle
BOUT_S = (20.0, 110.0)


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Ranges of one kind of motion.

    Attributes
    ----------
    cycle_hz
        Of the whole cycle: two steps, a turn of the pedals, a stroke.
    swing_g
        Amplitude at the cycle.
    step_g
        At twice the cycle.
    noise_g
        Of broadband noise.
    gestures
        Per second.
    effort
        Share of the heart-rate reserve.
    weight
        Share of the bouts.
    """

    name: str
    cycle_hz: Range = (0.0, 0.0)
    swing_g: Range = (0.0, 0.0)
    step_g: Range = (0.0, 0.0)
    noise_g: Range = (0.0, 0.0)
    gestures: float = 0.0
    effort: Range = (0.0, 0.1)
    weight: float = 1.0


ACTIVITIES = (
    Activity(name="rest", gestures=0.01, noise_g=(0.0, 0.002), weight=3.5),
    Activity(name="desk", gestures=0.2, noise_g=(0.001, 0.02), effort=(0.0, 0.2), weight=2.0),
    Activity(name="typing", gestures=0.05, noise_g=(0.004, 0.06), effort=(0.0, 0.15), weight=0.7),
    Activity(name="driving", gestures=0.05, noise_g=(0.01, 0.15), effort=(0.0, 0.2), weight=0.7),
    Activity(name="walking", cycle_hz=(0.65, 1.1), swing_g=(0.08, 0.6), step_g=(0.08, 0.5),
             noise_g=(0.01, 0.08), gestures=0.03, effort=(0.1, 0.5), weight=2.5),
    Activity(name="walking, arms held", cycle_hz=(0.65, 1.1), swing_g=(0.0, 0.06), step_g=(0.05, 0.25),
             noise_g=(0.01, 0.05), gestures=0.03, effort=(0.1, 0.5), weight=1.2),
    Activity(name="running", cycle_hz=(1.1, 1.65), swing_g=(0.25, 1.5), step_g=(0.4, 2.5),
             noise_g=(0.03, 0.2), gestures=0.01, effort=(0.4, 1.0), weight=3.0),
    Activity(name="running, on a bar", cycle_hz=(1.1, 1.65), swing_g=(0.01, 0.15), step_g=(0.15, 0.9),
             noise_g=(0.02, 0.1), effort=(0.4, 1.0), weight=0.8),
    Activity(name="stairs", cycle_hz=(0.5, 1.1), swing_g=(0.02, 0.3), step_g=(0.1, 0.5),
             noise_g=(0.01, 0.06), gestures=0.03, effort=(0.3, 0.8), weight=0.7),
    Activity(name="cycling", cycle_hz=(0.7, 1.9), swing_g=(0.005, 0.08), step_g=(0.005, 0.15),
             noise_g=(0.005, 0.15), gestures=0.04, effort=(0.2, 0.9), weight=2.4),
    Activity(name="rowing", cycle_hz=(0.25, 0.7), swing_g=(0.3, 0.9), step_g=(0.1, 0.5),
             noise_g=(0.02, 0.08), effort=(0.3, 0.95), weight=0.6),
    Activity(name="rope", cycle_hz=(0.8, 1.4), swing_g=(0.05, 0.4), step_g=(0.6, 2.5),
             noise_g=(0.05, 0.2), effort=(0.4, 0.95), weight=0.4),
    Activity(name="weights", cycle_hz=(0.15, 0.8), swing_g=(0.05, 0.6), step_g=(0.02, 0.3),
             noise_g=(0.01, 0.06), gestures=0.08, effort=(0.1, 0.7), weight=1.0),
    Activity(name="burpees", cycle_hz=(0.15, 0.5), swing_g=(0.4, 1.5), step_g=(0.3, 1.5),
             noise_g=(0.05, 0.25), gestures=0.1, effort=(0.4, 0.95), weight=0.5),
    Activity(name="arm exercise", cycle_hz=(0.4, 2.5), swing_g=(0.2, 2.0), step_g=(0.1, 1.2),
             noise_g=(0.03, 0.25), gestures=0.1, effort=(0.1, 0.8), weight=1.6),
)  # fmt: skip
QUIET = 4  # of these, the first: without a gait
SITTING = 0.12  # share of sessions that hold only these, at their own heart rate
_WEIGHTS = np.array([a.weight for a in ACTIVITIES])


@dataclass(frozen=True)
class Bout:
    """One stretch of one activity, seconds; hz: its cycle, 0 without one."""

    start: float
    end: float
    activity: Activity
    hz: float

    @property
    def samples(self) -> slice:
        """Where it lies on the grid."""
        return slice(round(self.start * BASE_HZ), round(self.end * BASE_HZ))


@dataclass(frozen=True)
class Motion:
    """One arm's motion on the grid of BASE_HZ.

    Attributes
    ----------
    dynamic
        Acceleration less gravity, g (n, 3).
    gravity
        In g, (n, 3).
    phase
        Of the gait's cycle, radians (n,).
    gait
        How far a bout with a gait is under way, 0 to 1 (n,).
    """

    dynamic: Float64[np.ndarray, "n 3"]
    gravity: Float64[np.ndarray, "n 3"]
    phase: Float64[np.ndarray, " n"]
    gait: Float64[np.ndarray, " n"]


def plan(draw: Draws, seconds: float) -> list[Bout]:
    """Bouts of activity that cover a recording; a third stay with the activity before, at another pace.

    Parameters
    ----------
    draw : Draws
    seconds : float

    Returns
    -------
    list of Bout
        Of BOUT_S each, but the last.
    """
    among = QUIET if draw.chance(SITTING) else len(ACTIVITIES)
    bouts, time, activity = [], 0.0, _chosen(draw, among)
    while time < seconds:
        end = min(time + draw.rng.uniform(*BOUT_S), seconds)
        hz = float(draw.rng.uniform(*activity.cycle_hz))
        bouts.append(Bout(time, end, activity, hz))
        time, activity = end, activity if draw.chance(1 / 3) else _chosen(draw, among)
    return bouts


def _chosen(draw: Draws, among: int) -> Activity:
    weights = _WEIGHTS[:among]
    return ACTIVITIES[draw.rng.choice(among, p=weights / weights.sum())]


def motion(draw: Draws, bouts: list[Bout], count: int) -> Motion:
    """Draw the motion of one arm.

    Parameters
    ----------
    draw : Draws
    bouts : list of Bout
        They cover the samples.
    count : int
        Samples of BASE_HZ.

    Returns
    -------
    Motion
        gravity has length 1 g.
    """
    rng = draw.rng
    dynamic, gait = np.zeros((count, 3)), np.zeros(count)
    mix, cadence = direction(rng), np.zeros(count)
    jitter, drift = draw("cadence_jitter"), draw("cadence_drift")
    posture = np.empty((count, 3))
    for bout in bouts:
        cadence[bout.samples] = bout.hz
        posture[bout.samples] = direction(rng)
    # White changes of frequency make a phase that wanders by `jitter` cycles in a cycle.
    cadence *= 1 + drift * slow(rng, count, 8) + jitter * np.sqrt(BASE_HZ) * rng.normal(size=count)
    phase = 2 * np.pi * np.cumsum(cadence) / BASE_HZ
    swing = np.exp(draw("cycle_swing") * slow(rng, count, 0.6))
    for bout in bouts:
        n = bout.samples.stop - bout.samples.start
        if n < 1:
            continue
        add = dynamic[bout.samples]
        if bout.hz:
            ramp = np.minimum(1, np.minimum(np.arange(n) + 1, n - np.arange(n)) / (2 * BASE_HZ))
            gait[bout.samples] = ramp
            wave = harmonics(phase[bout.samples], _gait(draw, bout.activity, mix, bout.hz))
            add += (ramp * swing[bout.samples])[:, None] * wave
        add += _noise(draw, bout.activity, n)
        for _ in range(rng.poisson(bout.activity.gestures * n / BASE_HZ)):
            where, wave = _gesture(rng, n)
            add[where] += np.outer(wave, rng.uniform(0.05, 0.8) * direction(rng))
    width = max(1, int(rng.uniform(0.3, 1.5) * BASE_HZ))
    gravity = _smooth(posture, width)
    gravity /= np.linalg.norm(gravity, axis=1, keepdims=True).clip(1e-6)
    return Motion(dynamic, gravity, phase, gait)


def _gait(draw: Draws, activity: Activity, mix: np.ndarray, hz: float) -> np.ndarray:
    """Complex weights (HARMONICS, 3) in g: odd harmonics fall from the swing, even ones from the step."""
    rng, fall = draw.rng, draw("roll_off")
    k = np.arange(1, HARMONICS + 1)
    swing, step = rng.uniform(*activity.swing_g), rng.uniform(*activity.step_g)
    size = np.where(k % 2 == 1, swing * fall ** ((k - 1) / 2), step * fall ** ((k - 2) / 2))
    size = size * np.exp(rng.normal(0, 0.5, HARMONICS)) * (k * hz < 14)
    ways = np.stack([0.7 * mix + 0.7 * direction(rng) for _ in k])
    return (size * np.exp(2j * np.pi * rng.random(HARMONICS)))[:, None] * ways


def _noise(draw: Draws, activity: Activity, count: int) -> np.ndarray:
    """Broadband acceleration (count, 3) in g: some of it slow, some of it a vehicle's or an engine's."""
    rng, size = draw.rng, draw.rng.uniform(*activity.noise_g)
    if count < 8 or not size:
        return np.zeros((count, 3))
    axes = rng.uniform(0.3, 1, 3)
    if draw.chance(0.5):
        wave = np.stack([coloured(rng, count, 0.5) for _ in range(3)], axis=1)
    else:
        low = rng.uniform(0.5, 4)
        wave = np.stack([band(rng, count, low, low + rng.uniform(2, 10)) for _ in range(3)], axis=1)
    bursts = np.exp(0.6 * slow(rng, count, 1.5))[:, None]
    return size * axes * wave * bursts


def _gesture(rng: np.random.Generator, count: int) -> tuple[slice, np.ndarray]:
    where, wave = bell(count, rng.uniform(0, count / BASE_HZ), rng.uniform(0.2, 1.5))
    t = np.arange(len(wave)) / BASE_HZ
    return where, wave * np.sin(2 * np.pi * rng.uniform(0.3, 3.5) * t + rng.uniform(0, 2 * np.pi))


def _smooth(x: np.ndarray, width: int) -> np.ndarray:
    """Moving mean (n, c) over `width` samples, edges held."""
    half = width // 2
    total = np.cumsum(np.pad(x, ((half + 1, half), (0, 0)), mode="edge"), axis=0)
    return (total[2 * half + 1 :] - total[: -2 * half - 1]) / (2 * half + 1)
