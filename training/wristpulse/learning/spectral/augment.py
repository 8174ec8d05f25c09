# SPDX-License-Identifier: Apache-2.0
"""Augmentation of spectra that respects physiology, on TensorFlow batches.

Spectra are magnitudes (n, 4 hops, 4, 104) of `wristpulse.core.spectrum.magnitudes`; motion is r_acc (n, 4).
Magnitudes of independent sources add as the root of their squares, phases being unknown.
"""

import numpy as np
import tensorflow as tf

from wristpulse.config.networks import Augmentation
from wristpulse.core.numbers import ACC_FLOOR, ACC_SPECTRUM_FLOOR, BINS, FIRST_BIN

_OCTAVES = np.log2((FIRST_BIN + np.arange(BINS)) / 40).astype(np.float32)  # above 75 BPM
STEADY_MOTION = 3 * ACC_SPECTRUM_FLOOR  # a weaker motion artefact is scaled down with the motion
# How high motion stands in PPG, of the pulse's highest peak: logarithms, from 0.1 to 2.5 and from 0.2 to 10.
ARTEFACT = (-2.3, 0.9)
SWINGING_LIGHT = (-1.5, 2.3)


def augment(
    spectra: tf.Tensor,
    motion: tf.Tensor,
    other: tf.Tensor,
    other_motion: tf.Tensor,
    config: Augmentation,
    rng: tf.random.Generator,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Changed spectra and motion, in the shapes given.

    Another wrist's motion at rest, another strength of motion, motion that leaks into the light, noise, and a
    sensor that weighs slow against fast otherwise.

    Parameters
    ----------
    spectra : float32 (n, 4 hops, 4, 104)
        Magnitudes: PPG, PPG at twice each bin, ACC, ACC at twice each.
    motion : float32 (n, 4 hops)
        r_acc.
    other, other_motion : the same shapes
        As many other windows, which lend their motion.
    config : Augmentation
        How strongly, and which share of windows.
    rng : tf.random.Generator

    Returns
    -------
    spectra, motion : tf.Tensor
    """
    n = tf.shape(spectra)[0]
    ppg, acc = spectra[:, :, :2], spectra[:, :, 2:]

    # A resting wrist may be given another's motion without harm to its pulse: motion need not disturb.
    still = motion[:, -1] < 1.5 * ACC_FLOOR
    swap = tf.logical_and(still, rng.uniform((n,)) < config.foreign_motion)
    acc = tf.where(swap[:, None, None, None], other[:, :, 2:], acc)
    motion = tf.where(swap[:, None], other_motion, motion)

    gain = tf.exp(rng.normal((n, 1)) * config.motion_gain)
    acc, motion = acc * gain[:, :, None, None], motion * gain

    ppg = _leak(ppg, acc, rng.uniform((n,)) < config.artefact, ARTEFACT, rng)

    # Noise without a counterpart in the acceleration.
    ppg_top = tf.reduce_max(ppg[:, :, :1], axis=3, keepdims=True)
    level = config.noise * rng.uniform((n, 1, 1, 1))
    level = tf.where(rng.uniform((n, 1, 1, 1)) < 0.3, level, 0.0)
    noise = tf.reshape(_smooth(tf.abs(rng.normal((4 * n, 2, 26, 1)))), (n, 4, 2, BINS))
    ppg = tf.sqrt(ppg**2 + (level * ppg_top * noise) ** 2)

    # Sensors differ in how they weigh slow against fast.
    tilt = rng.normal((n, 1, 1, 1)) * config.tilt
    ppg = ppg * tf.exp(tilt * np.log(2) * np.stack([_OCTAVES, _OCTAVES + 1]))
    return tf.concat([ppg, acc], axis=2), motion


def without_pulse(
    spectra: tf.Tensor, target: tf.Tensor, noise: tf.Tensor, lost: tf.Tensor, rng: tf.random.Generator
) -> tuple[tf.Tensor, tf.Tensor]:
    """Windows that lose their pulse.

    Parameters
    ----------
    spectra : float32 (n, 4 hops, 4, 104)
    target : float32 (n, 104)
    noise : float32 (m, 4 hops, 2, 104)
        Spectra of light without a pulse.
    lost : bool (n,)
        Which windows.
    rng : tf.random.Generator

    Returns
    -------
    spectra, target : tf.Tensor
        With noise for PPG and a uniform target where `lost`.
    """
    n = tf.shape(spectra)[0]
    chosen = tf.gather(noise, rng.uniform((n,), maxval=tf.shape(noise)[0], dtype=tf.int32))
    ppg = tf.where(lost[:, None, None, None], chosen, spectra[:, :, :2])
    return tf.concat([ppg, spectra[:, :, 2:]], axis=2), tf.where(lost[:, None], 1 / BINS, target)


def swinging_light(spectra: tf.Tensor, swinging: tf.Tensor, rng: tf.random.Generator) -> tf.Tensor:
    """Windows whose PPG is mostly the wearer's motion, as of a sensor that sees no skin.

    Parameters
    ----------
    spectra : float32 (n, 4 hops, 4, 104)
        Magnitudes, as `augment` takes them.
    swinging : bool (n,)
        Which windows.
    rng : tf.random.Generator

    Returns
    -------
    tf.Tensor
        Spectra of the same shape; the acceleration is as given, and so are the other windows.
    """
    ppg, acc = spectra[:, :, :2], spectra[:, :, 2:]
    return tf.concat([_leak(ppg, acc, swinging, SWINGING_LIGHT, rng), acc], axis=2)


def _leak(
    ppg: tf.Tensor, acc: tf.Tensor, where: tf.Tensor, level: tuple[float, float], rng: tf.random.Generator
) -> tf.Tensor:
    """PPG (n, 4, 2, 104) with motion in it through a smooth, unknown response; level: its logarithm."""
    n = tf.shape(ppg)[0]
    ppg_top = tf.reduce_max(ppg[:, :, :1], axis=3, keepdims=True)
    acc_top = tf.reduce_max(acc, axis=(2, 3), keepdims=True) + 1
    leak = tf.exp(rng.uniform((n, 1, 1, 1), *level)) * tf.minimum(acc_top / STEADY_MOTION, 1)
    leak = tf.where(where[:, None, None, None], leak, 0.0)
    response = tf.exp(0.7 * _smooth(rng.normal((n, 2, 8, 1))))[:, None]
    return tf.sqrt(ppg**2 + (leak * response * ppg_top * acc / acc_top) ** 2)


def _smooth(values: tf.Tensor) -> tf.Tensor:
    """Values (n, r, k, 1) at k points along frequency, drawn out linearly: (n, r, 104)."""
    return tf.image.resize(values, (tf.shape(values)[1], BINS))[..., 0]
