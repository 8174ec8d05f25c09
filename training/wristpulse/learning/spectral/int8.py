# SPDX-License-Identifier: Apache-2.0
"""The int8 student of spectra, and float networks on the same int8 inputs."""

from __future__ import annotations

import keras
import numpy as np
from jaxtyping import Float32, Int8

from wristpulse.core.spectrum import INPUT_SCALE, INPUT_ZERO
from wristpulse.learning.int8 import convert
from wristpulse.models.layers import deployed


def _values(inputs: np.ndarray) -> np.ndarray:
    """The numbers that int8 inputs (n, 104, 20) stand for: float32 (n, 1, 104, 20), 0 to 1."""
    return (inputs.astype(np.float32)[:, None] - INPUT_ZERO) * np.float32(INPUT_SCALE)


def predict(model: keras.Model, inputs: Int8[np.ndarray, "n 104 20"]) -> Float32[np.ndarray, "n 104"]:
    """Compute float logits of a `deployed` network.

    Parameters
    ----------
    model : keras.Model
    inputs : ndarray, int8 (n, 104, 20)
        Of the front end.

    Returns
    -------
    ndarray, float32 (n, 104)
    """
    return model.predict(_values(inputs), batch_size=256, verbose=0)


def quantize(model: keras.Model, inputs: Int8[np.ndarray, "n 104 20"]) -> bytes:
    """int8 .tflite of a student of spectra, batch frozen at 1.

    Parameters
    ----------
    model : keras.Model
    inputs : ndarray, int8 (n, 104, 20)
        Of the front end; they set the ranges of the activations. The input's scale and zero point are the
        front end's: the calibration spans 0 to 1.

    Returns
    -------
    bytes
    """
    calibration = _values(inputs)
    calibration[0, 0, 0, :2] = 0, 1
    student = deployed(model)
    return convert(lambda spectra: student(spectra, training=False), calibration, "spectra")
