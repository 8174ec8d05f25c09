# SPDX-License-Identifier: Apache-2.0
"""Building blocks that the teacher and the students share."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from wristpulse.core.numbers import BINS


def inputs() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Inputs of a network of windows; the leading 1 is the height of TFLite's 2-D convolution.

    Returns
    -------
    ppg : KerasTensor (1, 256, 1)
    acc : KerasTensor (1, 256, 3)
    """
    return keras.Input((1, 256, 1), name="ppg_window"), keras.Input((1, 256, 3), name="acc_window")


class Trunk:
    """Causal, dilated temporal convolutions in three stages, each ending in average pooling.

    (1, 256, c) -> (1, 16, widths[-1]). Calling one trunk on several inputs shares its weights.
    """

    def __init__(
        self, name: str, widths: Sequence[int], depth: int, kernel: int, dilation: int, dropout: float
    ):
        causal = dilation * (kernel - 1)
        self.layers = []
        for stage, (width, pool) in enumerate(zip(widths, (4, 2, 2), strict=True)):
            for i in range(depth):
                self.layers += [
                    layers.ZeroPadding2D(((0, 0), (causal, 0)), name=f"{name}_pad{stage}{i}"),
                    layers.Conv2D(
                        width,
                        (1, kernel),
                        dilation_rate=(1, dilation),
                        activation="relu",
                        kernel_initializer="he_normal",
                        name=f"{name}_conv{stage}{i}",
                    ),
                ]
            self.layers.append(layers.AveragePooling2D((1, pool), name=f"{name}_pool{stage}"))
            if dropout:
                self.layers.append(layers.SpatialDropout2D(dropout, name=f"{name}_drop{stage}"))

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def head(x: keras.KerasTensor, hidden: int, dropout: float = 0.0) -> keras.KerasTensor:
    """Flatten, one hidden layer, then a logit for each heart-rate bin.

    Parameters
    ----------
    x : KerasTensor
    hidden : int
        Width of the hidden layer.
    dropout : float
        Share of it that is dropped in training.

    Returns
    -------
    KerasTensor (104,)
    """
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(hidden, activation="relu", kernel_initializer="he_normal", name="hidden")(x)
    if dropout:
        x = layers.Dropout(dropout, name="drop_hidden")(x)
    return layers.Dense(BINS, name="logits")(x)


def steps(x: keras.KerasTensor) -> keras.KerasTensor:
    """Drop the leading 1 of a convolution's output.

    Parameters
    ----------
    x : KerasTensor (1, time, channels)

    Returns
    -------
    KerasTensor (time, channels)
    """
    return layers.Reshape(tuple(x.shape[2:]), name=f"steps_{x.name.replace('/', '_')}")(x)


def deployed(model: keras.Model) -> keras.Model:
    """Keep a network's logits alone, without what only distillation reads.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    keras.Model
    """
    return keras.Model(model.inputs, model.get_layer("logits").output, name="student")


@keras.saving.register_keras_serializable("pulse")
class Similarity(layers.Layer):
    """How alike two feature sequences are, step by step: (t, c), (t, c) -> (t, t); no weights.

    ``softmax``: of the scaled product, rows summing to one, as attention does; otherwise the cosine.
    """

    def __init__(self, softmax: bool, **options):
        super().__init__(**options)
        self.softmax = softmax

    def call(self, a, b):
        """Batched."""
        if not self.softmax:
            a, b = ops.normalize(a, axis=-1), ops.normalize(b, axis=-1)
        product = ops.matmul(a, ops.swapaxes(b, 1, 2))
        return ops.softmax(product / ops.sqrt(float(a.shape[-1]))) if self.softmax else product

    def get_config(self):
        """What `from_config` needs."""
        return {**super().get_config(), "softmax": self.softmax}


@keras.saving.register_keras_serializable("pulse")
class Select(layers.Layer):
    """Some of the last axis' channels: (..., c) -> (..., len(channels)); no weights."""

    def __init__(self, channels: Sequence[int], **options):
        super().__init__(**options)
        self.channels = list(channels)

    def call(self, x):
        """Batched."""
        return ops.take(x, self.channels, axis=-1)

    def get_config(self):
        """What `from_config` needs."""
        return {**super().get_config(), "channels": self.channels}
