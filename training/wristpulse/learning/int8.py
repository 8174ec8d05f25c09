# SPDX-License-Identifier: Apache-2.0
"""Full-integer post-training quantisation by TFLite."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from wristpulse.support.quiet import quiet


def convert(function: Callable, calibration: np.ndarray, name: str) -> bytes:
    """Full-integer post-training quantisation, input and output included.

    Parameters
    ----------
    function : callable
        Of one float32 tensor (1, ...).
    calibration : float32 (n, ...)
        Inputs that set the ranges of all activations.
    name : str
        Of the input tensor.

    Returns
    -------
    bytes
        An int8 .tflite of TFLite's builtin operators only.
    """
    signature = tf.TensorSpec((1, *calibration.shape[1:]), tf.float32, name)
    function = tf.function(function, input_signature=[signature]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([convert_variables_to_constants_v2(function)])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([row[None]] for row in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with quiet():
        return converter.convert()
