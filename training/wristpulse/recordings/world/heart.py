# SPDX-License-Identifier: Apache-2.0
"""Hearts of 28 to 215 BPM: kinetics, breathing, irregular beats. The label of a window is the beats in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from wristpulse.recordings.world.knobs import Draws
from wristpulse.recordings.world.motion import Bout
from wristpulse.recordings.world.slow import BASE_HZ, slow

BPM = (28.0, 215.0)
ECTOPIC, FIBRILLATING, PACED = 0.1, 0.03, 0.06  # shares of people
TIED = 0.12  # share of rhythmic bouts whose heart goes with the cadence
TIES = (0.5, 0.5, 1.0, 1.0, 1.5, 2.0, 0.75)  # heart rate over steps a minute: half cadence, equal, others
FREE = 0.35  # share of bouts whose heart rate says nothing about their effort; none of a quiet session


@dataclass(frozen=True)
class Heart:
    """One heart on the grid of BASE_HZ: arrays (n,)."""

    phase: Float64[np.ndarray, " n"]  # beats since the start
    rate: Float64[np.ndarray, " n"]  # BPM, of the rhythm that the sinus node aims at
    breath: Float64[np.ndarray, " n"]  # radians
    strength: Float64[np.ndarray, " n"]  # of each moment's beat, 1 for a regular one
    fibrillating: bool

    def label(self, start_s: Float[np.ndarray, " w"], seconds: float = 8.0) -> Float64[np.ndarray, " w"]:
        """Mean heart rate over windows: the beats in them, fractions counted.

        Parameters
        ----------
        start_s : ndarray (w,)
            The windows' starts, seconds.
        seconds : float
            Their length.

        Returns
        -------
        ndarray, float64 (w,)
            BPM.
        """
        t = np.arange(len(self.phase)) / BASE_HZ
        beats = np.interp(start_s + seconds, t, self.phase) - np.interp(start_s, t, self.phase)
        return beats * 60 / seconds


def heart(draw: Draws, bouts: list[Bout], count: int) -> Heart:
    """Draw the heart of one person.

    Parameters
    ----------
    draw : Draws
    bouts : list of Bout
        What the person does; it drives the heart rate.
    count : int
        Samples of BASE_HZ.

    Returns
    -------
    Heart

    Examples
    --------
    >>> from wristpulse.recordings.world.knobs import draws
    >>> from wristpulse.recordings.world.motion import plan
    >>> draw = draws(np.random.default_rng(1))
    >>> made = heart(draw, plan(draw, 60.0), 1920)
    >>> made.phase.shape, bool(np.all(np.diff(made.phase) >= 0)), bool(28 <= made.rate.min())
    ((1920,), True, True)
    """
    rng = draw.rng
    rest, highest = draw("rest_bpm"), draw("highest_bpm")
    trend = _kinetics(draw, _targets(draw, bouts, count, rest, highest))
    reserve = np.clip((highest - trend) / (highest - rest), 0, 1)  # variability fades with effort
    paced = draw.chance(PACED)
    breath_hz = 0.22 + 0.35 * (1 - reserve) + 0.03 * slow(rng, count, 20)
    breath_hz = np.full(count, rng.uniform(4, 8) / 60) if paced else breath_hz + rng.uniform(-0.08, 0.08)
    breath = 2 * np.pi * np.cumsum(np.clip(breath_hz, 0.06, 0.9)) / BASE_HZ
    sinus, deep = draw("sinus_bpm"), draw("paced_bpm")
    rate = (
        trend
        + max(sinus, deep if paced else 0.0) * reserve**2 * np.sin(breath + 0.8)
        + draw("mayer_bpm") * reserve * slow(rng, count, 2.5)
        + draw("drift_bpm") * slow(rng, count, 25)
    )
    rate = np.clip(rate, *BPM)
    phase, strength, fibrillating = _beats(draw, np.cumsum(rate / 60) / BASE_HZ)
    return Heart(phase, rate, breath, strength, fibrillating)


def _targets(draw: Draws, bouts: list[Bout], count: int, rest: float, highest: float) -> np.ndarray:
    """The rate (count,) that each bout drives the heart to."""
    target = np.empty(count)
    free = FREE if any(bout.hz for bout in bouts) else 0.0
    for bout in bouts:
        low, high = bout.activity.effort
        goal = rest + draw.rng.uniform(low, high) * (highest - rest)
        if draw.chance(free):
            goal = draw.rng.uniform(rest, highest)
        if draw.chance(TIED) and bout.activity.cycle_hz[1] > 0:
            tied = TIES[draw.rng.integers(len(TIES))] * 120 * bout.hz + draw.rng.normal(0, 2)
            goal = tied if 40 < tied < 200 else goal
        target[round(bout.start * BASE_HZ) :] = goal
    return target


def _kinetics(draw: Draws, target: np.ndarray) -> np.ndarray:
    """Follow the target on a grid of 1 s: half by the knobs' time constants, half three times as slow."""
    rise, fall = draw("rise_s"), draw("fall_s")
    step = int(BASE_HZ)
    goals = target[::step]
    fast = slow_part = goals[0] + draw.rng.normal(0, 8)
    out = np.empty(len(goals))
    for i, goal in enumerate(goals):
        tau = rise if goal > fast else fall
        fast += (goal - fast) / tau
        slow_part += (goal - slow_part) / (3 * tau)
        out[i] = 0.5 * (fast + slow_part)
    return np.interp(np.arange(len(target)), np.arange(len(goals)) * step, out)


def _beats(draw: Draws, phase: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Phase and strength with the beats moved: jitter, premature beats with a pause, fibrillation."""
    rng, count = draw.rng, int(phase[-1]) + 2
    move = draw("beat_jitter") * rng.normal(size=count)
    strength = np.ones(count)
    premature, irregular = draw("ectopic_share"), draw("fibrillation")
    if draw.chance(ECTOPIC):
        early = rng.random(count) < premature
        move[early] -= rng.uniform(0.2, 0.4, early.sum())  # the next beat keeps its time: a pause
        strength[early] = rng.uniform(0.15, 0.8, early.sum())
    fibrillating = draw.chance(FIBRILLATING) and irregular > 0
    if fibrillating:
        steps = np.exp(irregular * rng.normal(size=count))
        steps /= steps.mean()
        move += np.cumsum(steps - 1)
        strength *= np.clip(0.4 + 0.6 * steps, 0.2, 1.5)  # a short filling time leaves a weak beat
    at = np.maximum.accumulate(np.arange(count) + move) + 1e-3 * np.arange(count) / count
    moved = np.interp(phase, at - at[0], np.arange(count))
    return moved, np.interp(moved, np.arange(count), strength), bool(fibrillating)
