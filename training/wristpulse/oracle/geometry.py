# SPDX-License-Identifier: Apache-2.0
"""What an operator's options mean: windows, padding, multipliers, activation ranges, slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tflite

from wristpulse.oracle.arithmetic import quantize_multiplier
from wristpulse.oracle.graph import Graph, Operator, Tensor

ACTIVATIONS = {
    tflite.ActivationFunctionType.NONE: None,
    tflite.ActivationFunctionType.RELU: (0.0, np.inf),
    tflite.ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
    tflite.ActivationFunctionType.RELU6: (0.0, 6.0),
}
STANDALONE = {"RELU": (0.0, np.inf), "RELU6": (0.0, 6.0)}


@dataclass(frozen=True)
class Window:
    """Sliding window over (1, H, W, C); pad_h and pad_w are the rows and columns before the first."""

    in_h: int
    in_w: int
    out_h: int
    out_w: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_h: int
    pad_w: int


def window(graph: Graph, op: Operator) -> Window:
    """Read the window of a convolution or a pool.

    Parameters
    ----------
    graph : Graph
        Checked.
    op : Operator

    Returns
    -------
    Window
    """
    source, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    options = op.options
    kernel: tuple[int, ...]
    if "FilterHeight" in options:
        kernel, dilation = (options["FilterHeight"], options["FilterWidth"]), (1, 1)
    else:
        kernel = graph.tensors[op.inputs[1]].shape[1:3]
        dilation = (options["DilationHFactor"], options["DilationWFactor"])
    stride = (options["StrideH"], options["StrideW"])
    same = options["Padding"] == tflite.Padding.SAME
    pads = [
        max(0, (out.shape[1 + i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 - source.shape[1 + i])
        // 2
        if same
        else 0
        for i in range(2)
    ]
    sizes = (*source.shape[1:3], *out.shape[1:3], *kernel, *stride, *dilation, *pads)
    return Window(*sizes)


def window_output(size: int, kernel: int, stride: int, dilation: int, same: bool) -> int:
    """Number of window positions along an axis.

    Parameters
    ----------
    size, kernel, stride, dilation : int
    same : bool
        Padding SAME; else VALID.

    Returns
    -------
    int
        0 or less: the window does not fit.

    Examples
    --------
    >>> window_output(8, 3, 2, 1, same=True), window_output(8, 3, 2, 1, same=False)
    (4, 3)
    """
    return -(-size // stride) if same else (size - (kernel - 1) * dilation - 1) // stride + 1


def activation_range(op: Operator, out: Tensor) -> tuple[int, int]:
    """Range of int8 that an operator's activation leaves.

    Parameters
    ----------
    op : Operator
    out : Tensor
        Its output.

    Returns
    -------
    low, high : int
        Inclusive.
    """
    limits = STANDALONE.get(op.kind) or ACTIVATIONS[op.options.get("FusedActivationFunction", 0)]
    if limits is None:
        return -128, 127
    low, high = (
        out.zero + _round(np.float32(v) / np.float32(out.scale[0])) if np.isfinite(v) else 127 for v in limits
    )
    return max(-128, low), min(127, high)


def _round(x: np.floating) -> int:
    """C's round: half away from zero."""
    return int(np.sign(x) * np.floor(np.abs(x) + np.float32(0.5)))


def channel_multipliers(graph: Graph, op: Operator) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers of a convolution or a dense layer, one for each output channel.

        real = input scale * weight scale / output scale

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    multipliers, shifts : ndarray, int64 (channels,)
        As of `quantize_multiplier`.
    """
    source, weights, out = (graph.tensors[i] for i in (op.inputs[0], op.inputs[1], op.outputs[0]))
    channels = out.shape[-1]
    if op.kind == "FULLY_CONNECTED" and weights.scale.size == 1:
        # One scale for all: TFLite forms this product in single precision.
        product = np.asarray(np.float32(source.scale[0] * weights.scale[0]), np.float64)
    else:
        product = np.float64(source.scale[0]) * weights.scale.astype(np.float64)
    reals = np.broadcast_to(product / np.float64(out.scale[0]), (channels,))
    pairs = [quantize_multiplier(float(r)) for r in reals]
    return np.array([m for m, _ in pairs], np.int64), np.array([s for _, s in pairs], np.int64)


def slice_ranges(graph: Graph, op: Operator) -> list[range]:
    """Indices that a STRIDED_SLICE keeps.

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    list of range
        One for each axis.
    """
    shape = graph.tensors[op.inputs[0]].shape
    begin, end, step = (graph.tensors[i].constant.tolist() for i in op.inputs[1:4])
    ranges = []
    for axis, size in enumerate(shape):
        bit = 1 << axis
        first = None if op.options["BeginMask"] & bit else begin[axis]
        last = None if op.options["EndMask"] & bit else end[axis]
        if op.options["ShrinkAxisMask"] & bit:
            last = (first or 0) + 1 if first != -1 else None
        ranges.append(range(*slice(first, last, step[axis]).indices(size)))
    return ranges
