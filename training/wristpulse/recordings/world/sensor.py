# SPDX-License-Identifier: Apache-2.0
"""Kinds of sensors: what they do to light and acceleration before a sample is delivered.

Noise is white over the sensor's own rate. Here it is stated as its standard deviation in 16 Hz, the band of
the 32 Hz frames. So a sensor's rate does not change what the estimator sees of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.signal import butter, lfilter

from wristpulse.recordings.world.knobs import Draws
from wristpulse.recordings.world.slow import BASE_HZ, coloured, slow

FULL_SCALE = 2**18 - 1  # counts
HIGH_PASSED, FLICKERING, STEPPING, CLIPPED = 0.35, 0.08, 0.25, 0.15  # shares of recordings
ACC_RANGES_G = (2.0, 2.0, 4.0, 8.0, 8.0, 16.0)
ACC_LSB_G = (1 / 64, 1 / 256, 1 / 1024, 1 / 2048, 1 / 4096, 1 / 4096)
STEPS_PER_S = 1 / 40


@dataclass(frozen=True, kw_only=True)
class Optics:
    """One LED's front end.

    Attributes
    ----------
    counts
        Counts (18 bits) of a pulse.
    level
        Counts of constant light.
    step
        Counts that the converter tells apart.
    noise
        White, in pulses.
    """

    counts: float
    level: float
    step: float
    noise: float
    high_pass: tuple[np.ndarray, np.ndarray] | None
    lowest: float  # counts at which the converter clips
    highest: float

    def filtered(self, light: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Apply the sensor's own high-pass filter, if it has one.

        Parameters
        ----------
        light : ndarray, float64 (n,)
            In pulses.

        Returns
        -------
        ndarray, float64 (n,)
            In pulses.
        """
        if self.high_pass is None:
            return light
        return lfilter(*self.high_pass, light - light[0])

    def converted(self, light: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Convert filtered light to counts within the converter's range.

        Parameters
        ----------
        light : ndarray, float64 (n,)
            In pulses.

        Returns
        -------
        ndarray, float64 (n,)
            Counts, not rounded.
        """
        return np.clip(self.level + self.counts * light, self.lowest, self.highest)


def optics(draw: Draws) -> Optics:
    """Draw the front end of one LED.

    Parameters
    ----------
    draw : Draws

    Returns
    -------
    Optics
    """
    rng, counts, corner = draw.rng, draw("counts"), draw("high_pass_hz")
    high_pass = butter(int(rng.integers(1, 3)), corner, "high", fs=BASE_HZ)
    filtering, clipped = draw.chance(HIGH_PASSED), draw.chance(CLIPPED)
    room = counts * float(np.exp(rng.uniform(np.log(1.5), np.log(30)))) if clipped else FULL_SCALE
    level = float(rng.uniform(2e4, 2.3e5))
    return Optics(
        counts=counts,
        level=level,
        step=counts / draw("resolution"),
        noise=draw("noise"),
        high_pass=high_pass if filtering else None,
        lowest=max(4200.0, level - room),
        highest=min(float(FULL_SCALE), level + room),
    )


def disturbances(draw: Draws, count: int) -> Float64[np.ndarray, " {count}"]:
    """Draw pink noise, aliased flicker and steps of gain or offset.

    Parameters
    ----------
    draw : Draws
    count : int
        Samples of BASE_HZ.

    Returns
    -------
    ndarray, float64 (count,)
        In pulses.
    """
    rng, seconds = draw.rng, count / BASE_HZ
    out = draw("pink") * coloured(rng, count, 0.5)
    flicker, step = draw("flicker"), draw("gain_step")
    if draw.chance(FLICKERING):
        hz = rng.uniform(0.3, 8) + 0.02 * slow(rng, count, 20)
        out += flicker * np.sin(2 * np.pi * np.cumsum(hz) / BASE_HZ)
    if draw.chance(STEPPING):
        for _ in range(rng.poisson(seconds * STEPS_PER_S)):
            out[int(rng.uniform(0, count)) :] += step * rng.normal()
    return out


def accelerometer(draw: Draws, acceleration: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
    """What the sensor gives of acceleration: error of scale, noise, range and steps of its own.

    Parameters
    ----------
    draw : Draws
    acceleration : float64 (n, 3)
        g, gravity included.

    Returns
    -------
    float64 (n, 3)
        g; clipped to a range of ACC_RANGES_G, in steps of ACC_LSB_G. One sensor in seven is low-passed at 5
        Hz.
    """
    rng = draw.rng
    slow_sensor = draw.chance(0.15)  # 12.5 Hz, as in some watches
    x = acceleration * draw("acc_scale")
    if slow_sensor:
        x = lfilter(*butter(2, 5.0, fs=BASE_HZ), x - x[:1], axis=0) + x[:1]
    x = x + draw("acc_noise_g") * rng.normal(size=x.shape)
    limit = ACC_RANGES_G[rng.integers(len(ACC_RANGES_G))]
    lsb = ACC_LSB_G[rng.integers(len(ACC_LSB_G))]
    return np.rint(np.clip(x, -limit, limit) / lsb) * lsb
