# SPDX-License-Identifier: Apache-2.0
"""The simulator's heart: rate kinetics, variability, breathing, and the shape of a beat."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Num

from wristpulse.recordings.recording import ACTIVITIES, WINDOW_S

GRID_HZ = 16.0  # rate of the slow processes below

RATE_RANGE = (42.0, 195.0)  # BPM

# Share of the heart-rate reserve that an activity asks for (low, high).
EFFORT = {
    "sitting": (0.0, 0.06),
    "working": (0.04, 0.16),
    "walking": (0.18, 0.42),
    "running": (0.55, 0.95),
    "cycling": (0.3, 0.75),
}


@dataclass(frozen=True)
class Heart:
    """A subject's heart over one recording, as functions of time (seconds, any array)."""

    grid: Float64[np.ndarray, " g"]  # seconds
    grid_rate: Float64[np.ndarray, " g"]  # BPM
    grid_phase: Float64[np.ndarray, " g"]  # beats
    grid_breath: Float64[np.ndarray, " g"]  # radians
    grid_vessels: Float64[np.ndarray, " g"]  # 0..1, tone of the skin's vessels
    shape: Float64[np.ndarray, "4"]  # parameters of `pulse_shape`

    def rate(self, t: Num[np.ndarray, " *n"]) -> Float64[np.ndarray, " *n"]:
        """Instantaneous heart rate (BPM) at `t` (s, any shape)."""
        return np.interp(t, self.grid, self.grid_rate)

    def phase(self, t: Num[np.ndarray, " *n"]) -> Float64[np.ndarray, " *n"]:
        """Beats since the start at `t` (s, any shape)."""
        return np.interp(t, self.grid, self.grid_phase)

    def breath(self, t: Num[np.ndarray, " *n"]) -> Float64[np.ndarray, " *n"]:
        """Phase of breathing (radians) at `t` (s, any shape)."""
        return np.interp(t, self.grid, self.grid_breath)

    def vessels(self, t: Num[np.ndarray, " *n"]) -> Float64[np.ndarray, " *n"]:
        """Openness of the skin's vessels, 0 to 1, at `t` (s, any shape)."""
        return np.interp(t, self.grid, self.grid_vessels)

    def reference(self, starts: Num[np.ndarray, " w"]) -> Float64[np.ndarray, " w"]:
        """Mean instantaneous rate over the beats of each 8 s window, as an ECG would give it.

        Parameters
        ----------
        starts : ndarray (w,)
            Seconds; the windows' starts.

        Returns
        -------
        ndarray (w,)
            BPM.
        """
        beats = np.arange(1, int(self.grid_phase[-1]) + 1)
        times = np.interp(beats, self.grid_phase, self.grid)
        rates = 60 / np.diff(times, prepend=times[0] - 60 / self.grid_rate[0])
        total = np.concatenate([[0.0], np.cumsum(rates)])
        first, last = np.searchsorted(times, starts), np.searchsorted(times, starts + WINDOW_S)
        return (total[last] - total[first]) / (last - first)


def heart(rng: np.random.Generator, bouts, seconds: float) -> Heart:
    """Draw one person's heart for the given bouts of activity.

    Parameters
    ----------
    rng : numpy.random.Generator
    bouts : sequence of Bout
        They cover the recording.
    seconds : float
        Length of the recording.

    Returns
    -------
    Heart
        Its functions are defined from 0 to 2 s after the end.
    """
    t = np.arange(int(seconds * GRID_HZ) + 2 * int(GRID_HZ)) / GRID_HZ
    resting, highest = rng.uniform(47, 82), rng.uniform(165, 192)
    target = np.empty_like(t)
    for bout in bouts:
        effort = rng.uniform(*EFFORT[ACTIVITIES[bout.activity]])
        target[t >= bout.start] = resting + effort * (highest - resting)
    trend = _kinetics(rng, target)
    reserve = np.clip((highest - trend) / (highest - resting), 0, 1)  # variability fades with effort
    breath_hz = 0.22 + 0.3 * (1 - reserve) + 0.03 * _slow(rng, len(t), 20)
    breath = 2 * np.pi * np.cumsum(np.clip(breath_hz, 0.1, 0.8)) / GRID_HZ
    sinus = rng.uniform(0.8, 4.5) * reserve**2 * np.sin(breath + 0.8)
    mayer = rng.uniform(0.8, 3.0) * reserve * _slow(rng, len(t), 2.5)
    drift = rng.uniform(1.0, 3.0) * _slow(rng, len(t), 25)
    rate = np.clip(trend + sinus + mayer + drift, *RATE_RANGE)
    vessels = 1 / (1 + np.exp(-(0.3 + 0.9 * _slow(rng, len(t), 15))))
    shape = np.array(
        [rng.uniform(0.1, 0.14), rng.uniform(0.38, 0.5), rng.uniform(0.11, 0.16), rng.uniform(0.15, 0.5)]
    )
    return Heart(t, rate, np.cumsum(rate / 60) / GRID_HZ, breath, vessels, shape)


def pulse_shape(
    shape: Float64[np.ndarray, "4"], phase: Float64[np.ndarray, " n"], rate: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    """Blood volume over a beat: the systolic wave and the reflected one after the notch.

    The faster the heart, the smaller the reflected wave and the rounder the systolic one.

    Parameters
    ----------
    shape : ndarray (4,)
        Width of the systolic wave, delay and width of the reflected one, all in beats, and its height.
    phase : ndarray (n,)
        Beats since the start.
    rate : ndarray (n,)
        BPM.

    Returns
    -------
    ndarray (n,)
        About 0 to 1.

    Examples
    --------
    >>> pulse_shape(np.array([0.12, 0.4, 0.13, 0.3]), np.array([0.25, 0.75]), np.array([60.0, 60.0])).round(2)
    array([1.  , 0.22])
    """
    width, delay, width2, height = shape
    fast = np.clip((rate - 60) / 120, 0, 1)

    def bump(centre, sigma):
        away = (phase - centre + 0.5) % 1.0 - 0.5
        return np.exp(-0.5 * (away / sigma) ** 2)

    systole = bump(0.25, width + 0.05 * fast)
    return systole + height * (1 - 0.8 * fast) * bump(0.25 + delay, width2)


def _kinetics(rng: np.random.Generator, target: np.ndarray) -> np.ndarray:
    """Follow the target: half of a rise in some 15 s (vagal), the rest within a minute; recovery slower."""
    fast_up, slow_up = rng.uniform(7, 14), rng.uniform(30, 60)
    fast_down, slow_down = rng.uniform(15, 30), rng.uniform(50, 100)
    fast = slow = target[0]
    out = np.empty_like(target)
    for i, goal in enumerate(target):
        fast += (goal - fast) / ((fast_up if goal > fast else fast_down) * GRID_HZ)
        slow += (goal - slow) / ((slow_up if goal > slow else slow_down) * GRID_HZ)
        out[i] = 0.5 * (fast + slow)
    return out


def _slow(rng: np.random.Generator, count: int, tau_s: float) -> np.ndarray:
    """A smooth random process of unit variance and correlation time `tau_s` (two equal low-pass stages)."""
    gain = 1 / (1 + tau_s * GRID_HZ)
    first = second = 0.0
    out = np.empty(count)
    for i, kick in enumerate(rng.normal(0, 1, count)):
        first += gain * (kick - first)
        second += gain * (first - second)
        out[i] = second
    return out / np.sqrt(gain / 4)  # variance of two cascaded stages under white noise is gain / 4
