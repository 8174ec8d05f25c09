# SPDX-License-Identifier: Apache-2.0
"""Stand-in Keras models for the engine's tests: the shapes that matter, small random weights."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


def _temporal(x, channels: int, dilation: int = 2, kernel: int = 5):  # noqa: ANN001, ANN202
    """Causal 1-D convolution written as a 2-D one of height 1."""
    x = layers.ZeroPadding2D(((0, 0), ((kernel - 1) * dilation, 0)))(x)
    return layers.Conv2D(channels, (1, kernel), dilation_rate=(1, dilation), activation="relu")(x)


def _trunk(x):  # noqa: ANN001, ANN202
    for channels, pool in ((12, 4), (16, 2), (24, 2)):
        x = _temporal(_temporal(x, channels), channels)
        x = layers.AveragePooling2D((1, pool))(x)
    return x


def paper_student(outputs: int = 104) -> keras.Model:
    """Two trunks, modality-wise convolution, two dense layers; input (4, 256): a PPG and three ACC rows."""
    source = keras.Input((4, 256), batch_size=1)
    columns = layers.Permute((2, 1))(source)
    ppg = layers.Reshape((1, 256, 1))(columns[:, :, :1])
    acc = layers.Reshape((1, 256, 3))(columns[:, :, 1:])
    x = layers.Concatenate(axis=1)([_trunk(ppg), _trunk(acc)])
    x = layers.Conv2D(24, (2, 1), activation="relu")(x)
    x = layers.Dense(32, activation="relu")(layers.Flatten()(x))
    return keras.Model(source, layers.Dense(outputs)(x))


def dilated() -> keras.Model:
    """A temporal net with growing dilations and SAME padding: 45 k parameters, 2.2 MMAC."""
    source = keras.Input((256, 4), batch_size=1)
    x = layers.Reshape((1, 256, 4))(source)
    for channels, dilation, pool in ((24, 1, 2), (24, 2, 1), (32, 4, 2), (32, 8, 1), (48, 2, 2), (48, 4, 4)):
        x = layers.Conv2D(channels, (1, 5), dilation_rate=(1, dilation), padding="same", activation="relu")(x)
        if pool > 1:
            x = layers.AveragePooling2D((1, pool))(x)
    x = layers.Dense(36, activation="relu")(layers.Flatten()(x))
    return keras.Model(source, layers.Dense(1)(x))


def grouped() -> keras.Model:
    """A modality-wise net: convolutions in four groups, softmax at the end; 30 k parameters, 0.9 MMAC."""
    source = keras.Input((256, 4), batch_size=1)
    x = layers.Reshape((1, 256, 4))(source)
    for channels, pool in ((32, 4), (48, 2), (64, 2)):
        for _ in range(2):
            x = layers.Conv2D(channels, (1, 5), padding="same", groups=4, activation="relu")(x)
        x = layers.MaxPooling2D((1, pool))(x)
    x = layers.Conv2D(32, (1, 1), activation="relu")(x)
    x = layers.Dense(24, activation="relu")(layers.Flatten()(x))
    return keras.Model(source, layers.Dense(64, activation="softmax")(x))


def spectral() -> keras.Model:
    """1-D convolutions along 104 frequency bins with a residual and a concatenation; one logit a bin."""
    source = keras.Input((104, 4), batch_size=1)
    x = layers.Reshape((1, 104, 4))(source)
    x = layers.Conv2D(16, (1, 5), padding="same", activation="relu")(x)
    y = layers.Conv2D(16, (1, 7), padding="same", activation="relu")(x)
    x = layers.Add()([x, y])
    x = layers.Concatenate()([x, layers.Conv2D(8, (1, 3), padding="same", activation="relu6")(x)])
    x = layers.Conv2D(1, (1, 3), padding="same")(x)
    return keras.Model(source, layers.Reshape((104,))(x))


MODELS: dict[str, Callable[[], keras.Model]] = {
    "student": paper_student,
    "dilated": dilated,
    "grouped": grouped,
    "spectral": spectral,
}


def convert(name: str, folder: Path, seed: int = 1) -> Path:
    """Quantise a stand-in to full int8 with random calibration data; the file in `folder`."""
    path = folder / f"{name}.tflite"
    keras.utils.set_random_seed(seed)
    model = MODELS[name]()
    rng = np.random.default_rng(seed)
    for weights in model.trainable_variables:
        if "bias" in weights.path:
            weights.assign(rng.normal(0, 0.1, weights.shape))
    shape = model.inputs[0].shape
    function = tf.function(lambda x: model(x)).get_concrete_function(tf.TensorSpec(shape, tf.float32))
    frozen = convert_variables_to_constants_v2(function)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [rng.normal(size=shape).astype(np.float32)] for _ in range(16)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: keras_models.py DIR: write the stand-ins as .tflite files")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for stand_in in MODELS:
        print(convert(stand_in, folder))
