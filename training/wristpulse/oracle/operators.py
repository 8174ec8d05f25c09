# SPDX-License-Identifier: Apache-2.0
"""Each operator in numpy integers. Activations carry one more leading axis: the samples of a batch.

An operator takes (graph, operator, values by tensor index) and returns its output of shape (n, *shape), int8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from wristpulse.oracle import transcendental
from wristpulse.oracle.activations import TABLES
from wristpulse.oracle.arithmetic import (
    INT32_MAX,
    doubling_high_mul,
    multiply,
    quantize_multiplier,
    rounding_divide_by_pot,
)
from wristpulse.oracle.geometry import Window, activation_range, channel_multipliers, slice_ranges, window
from wristpulse.oracle.graph import Graph, Operator, Tensor

Values = Mapping[int, np.ndarray]
Kernel = Callable[[Graph, Operator, Values], np.ndarray]


def _tensors(graph: Graph, op: Operator) -> tuple[Tensor, ...]:
    return tuple(graph.tensors[i] for i in (*op.inputs, *op.outputs) if i >= 0)


def _ends(graph: Graph, op: Operator) -> tuple[Tensor, Tensor]:
    return graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]


def _patches(x: np.ndarray, geometry: Window, fill: int) -> np.ndarray:
    """(n, 1, H, W, C) to (n, OH, OW, KH, KW, C), filled with `fill` outside the input."""
    g = geometry
    rows = np.arange(g.out_h)[:, None] * g.stride_h + np.arange(g.kernel_h) * g.dilation_h
    columns = np.arange(g.out_w)[:, None] * g.stride_w + np.arange(g.kernel_w) * g.dilation_w
    below = max(0, int(rows.max()) + 1 - g.pad_h - x.shape[2])
    right = max(0, int(columns.max()) + 1 - g.pad_w - x.shape[3])
    padded = np.pad(x[:, 0], ((0, 0), (g.pad_h, below), (g.pad_w, right), (0, 0)), constant_values=fill)
    return padded[:, rows[:, None, :, None], columns[None, :, None, :]]


def _requantise(graph: Graph, op: Operator, acc: np.ndarray) -> np.ndarray:
    """Accumulators (..., channels) to int8, with the operator's multipliers and activation."""
    out = graph.tensors[op.outputs[0]]
    multiplier, shift = channel_multipliers(graph, op)
    low, high = activation_range(op, out)
    return np.clip(multiply(acc, multiplier, shift) + out.zero, low, high).astype(np.int8)


def _bias(graph: Graph, op: Operator, values: Values) -> np.ndarray | int:
    return values[op.inputs[2]].astype(np.int64) if len(op.inputs) > 2 and op.inputs[2] >= 0 else 0


def conv_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Convolution with groups: filter (out, KH, KW, in / groups)."""
    source, out = _ends(graph, op)
    weights = values[op.inputs[1]].astype(np.float64)
    x = values[op.inputs[0]].astype(np.float64) - source.zero
    patches = _patches(x, window(graph, op), 0)
    groups = source.shape[3] // weights.shape[3]
    filters = weights.reshape(groups, -1, *weights.shape[1:])
    parts = [
        np.tensordot(channels, taps, axes=([3, 4, 5], [1, 2, 3]))
        for channels, taps in zip(np.split(patches, groups, axis=-1), filters, strict=True)
    ]
    acc = np.concatenate(parts, axis=-1).astype(np.int64) + _bias(graph, op, values)
    return _requantise(graph, op, acc).reshape(-1, *out.shape)


def depthwise_conv_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Each input channel by its own `multiplier` filters: filter (1, KH, KW, in * multiplier)."""
    source, out = _ends(graph, op)
    weights = values[op.inputs[1]][0].astype(np.int64)
    x = values[op.inputs[0]].astype(np.int64) - source.zero
    patches = np.repeat(_patches(x, window(graph, op), 0), out.shape[3] // source.shape[3], axis=-1)
    acc = (patches * weights).sum(axis=(3, 4)) + _bias(graph, op, values)
    return _requantise(graph, op, acc).reshape(-1, *out.shape)


def fully_connected(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Rows of the input by a filter (out, in)."""
    source, out = _ends(graph, op)
    weights = values[op.inputs[1]].astype(np.float64)
    x = values[op.inputs[0]].astype(np.float64) - source.zero
    x = x.reshape(len(x), -1, weights.shape[1])
    acc = (x @ weights.T).astype(np.int64) + _bias(graph, op, values)
    return _requantise(graph, op, acc).reshape(-1, *out.shape)


def _pool_patches(graph: Graph, op: Operator, values: Values, fill: int) -> np.ndarray:
    return _patches(values[op.inputs[0]].astype(np.int64), window(graph, op), fill)


def average_pool_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Mean of the elements inside the input, rounded half away from zero."""
    _, out = _ends(graph, op)
    outside = 1 << 20
    patches = _pool_patches(graph, op, values, outside)
    inside = patches != outside
    total = np.where(inside, patches, 0).sum(axis=(3, 4))
    count = inside.sum(axis=(3, 4))
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    return np.clip(mean, *activation_range(op, out)).astype(np.int8).reshape(-1, *out.shape)


def max_pool_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Largest of the elements inside the input."""
    _, out = _ends(graph, op)
    peak = _pool_patches(graph, op, values, -128).max(axis=(3, 4))
    return np.clip(peak, *activation_range(op, out)).astype(np.int8).reshape(-1, *out.shape)


def _operands(graph: Graph, op: Operator, values: Values) -> list[np.ndarray]:
    """Both inputs less their zero points, with a sample axis and the rank of the output."""
    rank = len(graph.tensors[op.outputs[0]].shape)
    result = []
    for i in op.inputs:
        tensor = graph.tensors[i]
        q = values[i].astype(np.int64) - tensor.zero
        samples = 1 if tensor.data is not None else len(q)
        result.append(q.reshape(samples, *(1,) * (rank - len(tensor.shape)), *tensor.shape))
    return result


def add(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Both operands scaled to twice the larger input scale with 20 bits of headroom, then summed."""
    a, b, out = _tensors(graph, op)
    twice = 2 * np.float64(max(a.scale[0], b.scale[0]))
    x = [
        multiply(q << 20, *quantize_multiplier(float(np.float64(t.scale[0]) / twice)))
        for q, t in zip(_operands(graph, op, values), (a, b), strict=True)
    ]
    multiplier, shift = quantize_multiplier(float(twice / ((1 << 20) * np.float64(out.scale[0]))))
    total = multiply(x[0] + x[1], multiplier, shift) + out.zero
    return np.clip(total, *activation_range(op, out)).astype(np.int8)


def sub(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Difference, scaled as a sum is."""
    a, b, out = _tensors(graph, op)
    twice = 2 * np.float64(max(a.scale[0], b.scale[0]))
    x, y = (
        multiply(q << 20, *quantize_multiplier(float(np.float64(t.scale[0]) / twice)))
        for q, t in zip(_operands(graph, op, values), (a, b), strict=True)
    )
    multiplier, shift = quantize_multiplier(float(twice / ((1 << 20) * np.float64(out.scale[0]))))
    total = multiply(x - y, multiplier, shift) + out.zero
    return np.clip(total, *activation_range(op, out)).astype(np.int8)


def extreme(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """The larger or smaller of two; all have one scale."""
    x, y = _operands(graph, op, values)
    chosen = np.maximum(x, y) if op.kind == "MAXIMUM" else np.minimum(x, y)
    return (chosen + graph.tensors[op.outputs[0]].zero).astype(np.int8)


def table(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """A function of one value."""
    return TABLES[op.kind](graph, op)[values[op.inputs[0]].astype(np.int64) + 128]


def mul(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Elementwise product."""
    a, b, out = _tensors(graph, op)
    x, y = _operands(graph, op, values)
    real = np.float32(a.scale[0] * b.scale[0]) / np.float32(out.scale[0])
    multiplier, shift = quantize_multiplier(float(np.float32(real)))
    return np.clip(multiply(x * y, multiplier, shift) + out.zero, *activation_range(op, out)).astype(np.int8)


def mean(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Mean over the constant axes: the division is folded into the multiplier."""
    source, out = _ends(graph, op)
    axes = tuple(sorted({int(a) % len(source.shape) for a in np.atleast_1d(values[op.inputs[1]])}))
    count = int(np.prod([source.shape[a] for a in axes]))
    multiplier, shift = mean_multiplier(float(np.float64(source.scale[0]) / np.float64(out.scale[0])), count)
    total = (values[op.inputs[0]].astype(np.int64) - source.zero).sum(axis=tuple(a + 1 for a in axes))
    scaled = multiply(total, multiplier, shift) + out.zero
    return np.clip(scaled, -128, 127).astype(np.int8).reshape(-1, *out.shape)


def mean_multiplier(real: float, count: int) -> tuple[int, int]:
    """Fold 1 / count into a multiplier as TFLite does, keeping as many bits as fit.

    Parameters
    ----------
    real : float
        Input scale over output scale.
    count : int
        Elements that a mean is of.

    Returns
    -------
    multiplier, shift : int
        As of `wristpulse.oracle.arithmetic.quantize_multiplier`.

    Examples
    --------
    >>> multiplier, shift = mean_multiplier(1.0, 3)
    >>> round(multiplier * 2.0 ** (shift - 31), 6)
    0.333333
    """
    multiplier, shift = quantize_multiplier(real)
    bits = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << bits) // count, shift - bits


def logistic(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """1 / (1 + exp(-x)), output scale 1/256 and zero point -128.

    A table in single precision, as TFLite's; TFLite Micro's fixed point is a step off near a few halves.
    """
    source, _ = _ends(graph, op)
    one = np.float32(1)
    real = source.scale[0] * (np.arange(-128, 128) - source.zero).astype(np.float32)
    table = np.floor(np.float32(256) * (one / (one + np.exp(-real))) + np.float32(0.5)) - 128
    return np.clip(table, -128, 127).astype(np.int8)[values[op.inputs[0]].astype(np.int64) + 128]


def softmax_constants(op: Operator, source: Tensor) -> tuple[int, int, int]:
    """(multiplier, left shift, smallest difference that counts) of the softmax's exponent, Q5.26."""
    beta = float(np.float64(op.options["Beta"]) * np.float64(source.scale[0]))
    multiplier, shift = quantize_multiplier(min(beta * (1 << 26), float(INT32_MAX)))
    return multiplier, shift, -(((1 << 5) - 1) * (1 << 26) >> shift)


def softmax(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Softmax along the last axis, output scale 1/256 and zero point -128."""
    source, _ = _ends(graph, op)
    multiplier, shift, smallest = softmax_constants(op, source)
    q = values[op.inputs[0]].astype(np.int64)
    difference = q - q.max(axis=-1, keepdims=True)
    counted = difference >= smallest
    scaled = doubling_high_mul(np.where(counted, difference, 0) << shift, multiplier)
    exponential = np.where(counted, transcendental.exp_of_negative(scaled, 5), 0)
    total = rounding_divide_by_pot(exponential, 12).sum(axis=-1, keepdims=True)  # Q12.19
    headroom = 31 - np.floor(np.log2(total)).astype(np.int64)  # leading zeros of a 32-bit word
    over_one = (total << headroom) - (1 << 31)
    scale = transcendental.one_over_one_plus(over_one)
    y = rounding_divide_by_pot(doubling_high_mul(scale, exponential), 12 - headroom + 31 - 8) - 128
    return np.where(counted, np.clip(y, -128, 127), -128).astype(np.int8)


def relu(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """ReLU and ReLU6 as operators of their own, with their own requantisation."""
    source, out = _ends(graph, op)
    multiplier, shift = quantize_multiplier(float(np.float64(source.scale[0]) / np.float64(out.scale[0])))
    scaled = multiply(values[op.inputs[0]].astype(np.int64) - source.zero, multiplier, shift) + out.zero
    return np.clip(scaled, *activation_range(op, out)).astype(np.int8)


def quantize(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Change of scale and zero point, int8 to int8."""
    return relu(graph, op, values)


def concatenation(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Inputs one after the other along an axis."""
    axis = op.options["Axis"] % len(graph.tensors[op.outputs[0]].shape)
    return np.concatenate(_aligned(graph, op, values), axis=axis + 1)


def pack(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Inputs stacked along a new axis."""
    axis = op.options["Axis"] % len(graph.tensors[op.outputs[0]].shape)
    return np.stack(_aligned(graph, op, values), axis=axis + 1)


def _aligned(graph: Graph, op: Operator, values: Values) -> list[np.ndarray]:
    """Give constant inputs the sample axis of the others."""
    n = max((len(values[i]) for i in op.inputs if graph.tensors[i].data is None), default=1)
    constant = [graph.tensors[i].data is not None for i in op.inputs]
    return [
        np.broadcast_to(values[i], (n, *values[i].shape)) if c else values[i]
        for i, c in zip(op.inputs, constant, strict=True)
    ]


def pad(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Fill with the zero point, which stands for 0.0."""
    source, _ = _ends(graph, op)
    widths = [(0, 0), *(tuple(int(v) for v in row) for row in values[op.inputs[1]])]
    return np.pad(values[op.inputs[0]], widths, constant_values=source.zero)


def reshape(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Same elements, another shape."""
    return values[op.inputs[0]].reshape(-1, *graph.tensors[op.outputs[0]].shape)


def transpose(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Permute the axes."""
    return values[op.inputs[0]].transpose(0, *(int(p) + 1 for p in values[op.inputs[1]]))


def strided_slice(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Every stride-th element between begin and end along each axis."""
    ranges = slice_ranges(graph, op)
    part = values[op.inputs[0]]
    for axis, kept in enumerate(ranges):
        part = part.take(kept, axis=axis + 1)
    return part.reshape(-1, *graph.tensors[op.outputs[0]].shape)


def dilate(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Zero points between the elements of both axes of an image; see rewrite.py."""
    source, out = _ends(graph, op)
    spread = np.full((len(values[op.inputs[0]]), *out.shape), source.zero, np.int8)
    spread[:, :, :: op.options["Steps"][0], :: op.options["Steps"][1]] = values[op.inputs[0]]
    return spread


def reduce_max(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Largest over the constant axes."""
    source, out = _ends(graph, op)
    axes = tuple(sorted({int(a) % len(source.shape) + 1 for a in np.atleast_1d(values[op.inputs[1]])}))
    return values[op.inputs[0]].max(axis=axes).reshape(-1, *out.shape)


def resize_nearest(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Each element of an image's axes as often as its size grows; whole factors only."""
    source, out = _ends(graph, op)
    spread = values[op.inputs[0]]
    for axis in (1, 2):
        spread = spread.repeat(out.shape[axis] // source.shape[axis], axis=axis + 1)
    return spread


KERNELS: dict[str, Kernel] = {
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "FULLY_CONNECTED": fully_connected,
    "AVERAGE_POOL_2D": average_pool_2d,
    "MAX_POOL_2D": max_pool_2d,
    "ADD": add,
    "MUL": mul,
    "SUB": sub,
    "MAXIMUM": extreme,
    "MINIMUM": extreme,
    "TANH": table,
    "LEAKY_RELU": table,
    "HARD_SWISH": table,
    "MEAN": mean,
    "LOGISTIC": logistic,
    "SOFTMAX": softmax,
    "RELU": relu,
    "RELU6": relu,
    "QUANTIZE": quantize,
    "CONCATENATION": concatenation,
    "PACK": pack,
    "PAD": pad,
    "RESHAPE": reshape,
    "EXPAND_DIMS": reshape,
    "SQUEEZE": reshape,
    "TRANSPOSE": transpose,
    "STRIDED_SLICE": strided_slice,
    "DILATE": dilate,
    "REDUCE_MAX": reduce_max,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest,
}
