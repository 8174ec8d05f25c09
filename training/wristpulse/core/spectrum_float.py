# SPDX-License-Identifier: Apache-2.0
"""The twin of spectrum.py on TensorFlow batches: training augments magnitudes before the front end ends.

The same maps as `hop_features` and `spectrum_inputs`, in floats;
tests/python/learning/test_spectral.py compares both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wristpulse.core.numbers import ACC_FLOOR, ACC_SPECTRUM_FLOOR, BINS, PPG_SPECTRUM_FLOOR, REST_LOG2

if TYPE_CHECKING:
    import tensorflow as tf


def float_spectrum_inputs(spectra: tf.Tensor, motion: tf.Tensor) -> tf.Tensor:
    """Network inputs as `spectrum_inputs` makes them, of magnitudes that may be augmented.

    Parameters
    ----------
    spectra : float32 (n, 4 hops, 4, 104)
        Of `magnitudes`: PPG, PPG at twice each bin, ACC, ACC at twice each.
    motion : float32 (n, 4 hops)
        Of `motion`.

    Returns
    -------
    float32 (n, 1, 104, 20)
        Whole multiples of 1/255 from 0 to 1; 0 stands for int8 -128. Single precision: a value on the edge of
        a step may differ by one step from the device's.
    """
    import tensorflow as tf

    halves = []
    for half, floor, of in (
        (spectra[:, :, :2], PPG_SPECTRUM_FLOOR, slice(0, 1)),
        (spectra[:, :, 2:], ACC_SPECTRUM_FLOOR, slice(0, 2)),
    ):
        top = tf.maximum(tf.reduce_max(half[:, :, of], axis=(2, 3), keepdims=True), float(floor))
        halves.append(tf.floor(tf.sqrt(tf.minimum(65025.0 * half / top, 65025.0))))
    motion = tf.maximum(motion, float(ACC_FLOOR))
    octave = tf.floor(tf.math.log(motion) / np.float32(np.log(2)) + 1e-6)
    log2_q4 = tf.floor(16 * (octave + motion / 2**octave - 1) + 1e-3)
    moving = tf.clip_by_value(2 * (log2_q4 - REST_LOG2), 0, 255)
    moving = tf.repeat(moving[:, :, None, None], BINS, axis=3)
    values = tf.concat([*halves, moving], axis=2)  # (n, 4, 5, 104)
    return (
        tf.reshape(tf.transpose(values, (0, 3, 1, 2)), (-1, 1, BINS, values.shape[1] * values.shape[2])) / 255
    )
