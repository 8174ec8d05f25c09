# SPDX-License-Identifier: Apache-2.0
"""Which kernel executes which operator."""

from __future__ import annotations

from wristpulse.oracle.kernels import elementwise, layout, reductions, softmax, windows
from wristpulse.oracle.kernels.values import Kernel

KERNELS: dict[str, Kernel] = {
    "CONV_2D": windows.conv_2d,
    "DEPTHWISE_CONV_2D": windows.depthwise_conv_2d,
    "FULLY_CONNECTED": windows.fully_connected,
    "AVERAGE_POOL_2D": windows.average_pool_2d,
    "MAX_POOL_2D": windows.max_pool_2d,
    "ADD": elementwise.add,
    "MUL": elementwise.mul,
    "SUB": elementwise.sub,
    "MAXIMUM": elementwise.extreme,
    "MINIMUM": elementwise.extreme,
    "TANH": elementwise.table,
    "LEAKY_RELU": elementwise.table,
    "HARD_SWISH": elementwise.table,
    "MEAN": reductions.mean,
    "LOGISTIC": softmax.logistic,
    "SOFTMAX": softmax.softmax,
    "RELU": elementwise.relu,
    "RELU6": elementwise.relu,
    "QUANTIZE": elementwise.quantize,
    "CONCATENATION": layout.concatenation,
    "PACK": layout.pack,
    "PAD": layout.pad,
    "RESHAPE": layout.reshape,
    "EXPAND_DIMS": layout.reshape,
    "SQUEEZE": layout.reshape,
    "TRANSPOSE": layout.transpose,
    "STRIDED_SLICE": layout.strided_slice,
    "DILATE": layout.dilate,
    "REDUCE_MAX": reductions.reduce_max,
    "RESIZE_NEAREST_NEIGHBOR": layout.resize_nearest,
}
