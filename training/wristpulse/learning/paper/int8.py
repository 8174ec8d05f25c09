# SPDX-License-Identifier: Apache-2.0
"""The int8 student of windows, and float networks on the same int8 inputs."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float32, Int8

from wristpulse.core.numbers import INPUT_STEPS, WINDOW
from wristpulse.learning.int8 import convert
from wristpulse.models.layers import deployed


def quantize(model: keras.Model, inputs: Int8[np.ndarray, "n 1024"]) -> bytes:
    """int8 .tflite of a student of windows, batch frozen at 1: int8 (1, 1024) to its logits.

    Parameters
    ----------
    model : keras.Model
    inputs : int8 (n, 1024)
        Of the front end, in the device's order; they set the ranges of the activations. The input's scale is
        fixed at 1/INPUT_STEPS with zero point 0 by letting the calibration span all steps.

    Returns
    -------
    bytes
    """
    student = deployed(model)
    calibration = inputs.astype(np.float32) / INPUT_STEPS
    calibration[0, :2] = -128 / INPUT_STEPS, 127 / INPUT_STEPS

    def logits(window):
        ppg, acc = window[:, :WINDOW], window[:, WINDOW:]
        return student(
            [tf.reshape(ppg, (1, 1, WINDOW, 1)), tf.reshape(acc, (1, 1, WINDOW, 3))], training=False
        )

    return convert(logits, calibration, "window")


def predict(model: keras.Model, inputs: Int8[np.ndarray, "n 1024"]) -> Float32[np.ndarray, "n 104"]:
    """Compute float logits of a `deployed` network.

    Parameters
    ----------
    model : keras.Model
    inputs : ndarray, int8 (n, 1024)
        In the device's order.

    Returns
    -------
    ndarray, float32 (n, 104)
    """
    x = inputs.astype(np.float32) / INPUT_STEPS
    windows = [x[:, None, :WINDOW, None], x[:, WINDOW:].reshape(-1, 1, WINDOW, 3)]
    return model.predict(windows, batch_size=256, verbose=0)
