# SPDX-License-Identifier: Apache-2.0
"""Our own students: they see spectra of the last four hops and give one logit per heart-rate bin.

Convolutions run along frequency, the same weights at every heart rate; each tap weighs PPG against motion.
Dilation lets a bin see its surroundings, up to where a step's cadence and its multiples lie.
Batch normalisation serves training only: the converter folds it into the convolutions.
"""

import keras
from keras import layers

from wristpulse.config.networks import SpectralStudent
from wristpulse.core.numbers import BINS
from wristpulse.core.spectrum import CHANNELS


def build(config: SpectralStudent) -> keras.Model:
    """Build the spectral student.

    Parameters
    ----------
    config : SpectralStudent

    Returns
    -------
    keras.Model
        From inputs (1, 104, 20), values of 0 to 1, to ``logits`` (104,) and ``fused`` (steps, width).
    """
    spectra = keras.Input((1, BINS, CHANNELS), name="spectra")
    x = convolution(spectra, config.width, config.first_kernel, 1, "enter", config.bins_a_step)
    for n, dilation in enumerate(config.dilations):
        y = convolution(x, config.width, config.kernel, dilation, f"block{n}")
        x = layers.Add(name=f"sum{n}")([x, y])
        if config.dropout:
            x = layers.SpatialDropout2D(config.dropout, name=f"drop{n}")(x)
    logits = layers.Flatten(name="logits")(layers.Conv2D(config.bins_a_step, 1, name="leave")(x))
    fused = layers.Reshape((BINS // config.bins_a_step, config.width), name="fused")(x)
    return keras.Model(spectra, {"logits": logits, "fused": fused}, name="spectral_student")


def convolution(x, width: int, kernel: int, dilation: int, name: str, step: int = 1):
    """Convolve along frequency, normalise over the batch, apply ReLU.

    Parameters
    ----------
    x : KerasTensor (1, n, c)
    width, kernel, dilation : int
        Filters, their taps, and the bins from tap to tap.
    name : str
    step : int
        Inputs to an output.

    Returns
    -------
    KerasTensor (1, n / step, width)
    """
    x = layers.Conv2D(
        width,
        (1, kernel),
        strides=(1, step),
        dilation_rate=(1, dilation),
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
