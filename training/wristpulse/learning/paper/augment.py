# SPDX-License-Identifier: Apache-2.0
"""Change windows of time as other wrists, sensors and motions would; the paper's line learns from the copies.

Samples carry what spectra lose: polarity and the sensor's response. So these are varied too; the front end
takes the baseline away.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Int8, Int64

from wristpulse.config.networks import WindowAugmentation
from wristpulse.core.numbers import (
    ACC_LSB_PER_G,
    INPUT_STEPS,
    PPG_FLOOR,
    RATE_HZ,
    REST_G,
    ROOT_DEVIATIONS,
    WINDOW,
)
from wristpulse.core.window import band_passed

TAPS = 24  # of the response of light to motion: 0.75 s
FULL_LEAK_G = 0.3  # standard deviation of the acceleration at which the leak has its whole strength
LIGHT_STEPS = 1024  # of a standard deviation of light, on the way through the integer front end
NO_PULSE_BPM = 0.0  # label of a window without a pulse: any heart rate is as likely


def augmented(
    x: Int64[np.ndarray, "n 4 256"],
    bpm: Float[np.ndarray, " n"],
    settings: WindowAugmentation,
    rng: np.random.Generator,
) -> tuple[Int8[np.ndarray, "n 4 256"], Float32[np.ndarray, " n"]]:
    """A changed copy of each window.

    Motion is turned and scaled, leaks into the light, and at rest may be another wrist's. The light gets
    noise, a slow baseline, another response and polarity. Some windows lose their pulse.

    Parameters
    ----------
    x : int64 (n, 4, 256)
        PPG in 1/16 counts and three axes in 1/4096 g.
    bpm : float (n,)
        Labels.
    settings : WindowAugmentation
        How strongly, and which share of windows.
    rng : numpy Generator

    Returns
    -------
    inputs : int8 (n, 4, 256)
        As of `window_inputs`.
    bpm : float32 (n,)
        NO_PULSE_BPM where the pulse is gone.
    """
    d = x - x.mean(axis=-1, keepdims=True)
    light = d[:, 0] / np.maximum(d[:, 0].std(axis=-1, keepdims=True), PPG_FLOOR / ROOT_DEVIATIONS)
    motion = d[:, 1:] / ACC_LSB_PER_G
    motion = _foreign(motion, settings.foreign_motion, rng)
    motion = _rotations(len(x), rng) @ motion * np.exp(rng.normal(0, settings.motion_gain, (len(x), 1, 1)))
    light = light + _leak(motion, settings, rng)
    light = light + rng.normal(size=light.shape) * rng.exponential(settings.noise, (len(x), 1))
    light = light + _baseline(len(x), settings.baseline, rng)
    light = _response(light, settings.tilt, rng)
    light *= np.where(rng.random((len(x), 1)) < settings.turned, -1.0, 1.0)
    without = rng.random(len(x)) < settings.no_pulse
    light[without] = _noise(int(without.sum()), rng)
    return _inputs(light, motion), np.where(without, NO_PULSE_BPM, bpm).astype(np.float32)


def _foreign(motion: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Windows at rest that are given another window's motion: still light beside an arm that swings."""
    swapped = (motion.std(axis=(1, 2)) < REST_G) & (rng.random(len(motion)) < share)
    others = motion[rng.integers(0, len(motion), len(motion))]
    return np.where(swapped[:, None, None], others, motion)


def _rotations(count: int, rng: np.random.Generator) -> np.ndarray:
    """Random rotations, (count, 3, 3): the sensor may be worn any way round."""
    q, r = np.linalg.qr(rng.normal(size=(count, 3, 3)))
    return q * np.sign(np.einsum("nii->ni", r))[:, None, :]


def _leak(motion: np.ndarray, settings: WindowAugmentation, rng: np.random.Generator) -> np.ndarray:
    """Motion as light follows it, (n, 256), in standard deviations of the pulse.

    Each axis goes through a random response of TAPS samples that dies away; the sum is up to `leak_gain`
    times the pulse, in proportion to the motion.
    """
    count = len(motion)
    decay = np.exp(-np.arange(TAPS) / rng.uniform(1, 8, (count, 1, 1)))
    response = np.fft.rfft(rng.normal(size=(count, 3, TAPS)) * decay, 2 * WINDOW)
    leak = np.fft.irfft((response * np.fft.rfft(motion, 2 * WINDOW)).sum(axis=1))[:, :WINDOW]
    leak -= leak.mean(axis=1, keepdims=True)
    leak /= np.maximum(leak.std(axis=1, keepdims=True), 1e-6)
    gain = np.exp(rng.uniform(np.log(0.1), np.log(settings.leak_gain), (count, 1)))
    strength = np.minimum(motion.std(axis=(1, 2)) / FULL_LEAK_G, 1.0)[:, None]
    return gain * strength * (rng.random((count, 1)) < settings.leak) * leak


def _baseline(count: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """A slow baseline, (count, 256): a line and a parabola."""
    t = np.linspace(-1, 1, WINDOW)
    line, bend = (rng.normal(size=(count, 1)) * rng.exponential(size, (count, 1)) for _ in range(2))
    return line * t + bend * t**2


def _response(light: np.ndarray, tilt: float, rng: np.random.Generator) -> np.ndarray:
    """Another sensor's response: a power law in frequency about 1.5 Hz, and a phase that grows with it."""
    f = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
    power = np.log(np.maximum(f, 0.25) / 1.5) * rng.normal(0, tilt, (len(light), 1))
    phase = f * rng.normal(0, 0.75 * tilt, (len(light), 1))
    return np.fft.irfft(np.fft.rfft(light) * np.exp(power + 1j * phase), WINDOW)


def _noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Light without a pulse, (count, 256): white to brown noise."""
    f = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
    colour = np.maximum(f, 1 / 8) ** -rng.uniform(0, 1.5, (count, 1))
    return np.fft.irfft(np.fft.rfft(rng.normal(size=(count, WINDOW))) * colour, WINDOW)


def _inputs(light: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """As the front end scales a window (core/window.py), int8 (n, 4, 256)."""
    light = band_passed(np.rint(LIGHT_STEPS * light).astype(np.int64)) / LIGHT_STEPS
    d = np.concatenate([light[:, None], motion - motion.mean(axis=-1, keepdims=True)], axis=1)
    deviation = np.empty((len(d), 4, 1))
    deviation[:, 0] = np.maximum(np.sqrt((light**2).mean(axis=-1, keepdims=True)), 1 / LIGHT_STEPS)
    deviation[:, 1:] = np.maximum(np.sqrt((d[:, 1:] ** 2).sum(axis=(1, 2)) / WINDOW), REST_G)[:, None, None]
    return np.clip(np.rint(INPUT_STEPS * d / deviation), -128, 127).astype(np.int8)
