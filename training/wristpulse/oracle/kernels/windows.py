# SPDX-License-Identifier: Apache-2.0
"""Convolutions, dense layers and pools."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.arithmetic import multiply
from wristpulse.oracle.geometry import Window, activation_range, channel_multipliers, window
from wristpulse.oracle.graph import Graph, Operator
from wristpulse.oracle.kernels.values import Values, ends


def conv_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Convolve an image, in groups where the filter has fewer channels than the input (conv.h).

        acc[o] = bias[o] + sum (x - x_zero) * w[o] over the window and the group's channels
        y = clip(multiply(acc, multiplier[o], shift[o]) + y_zero)

    The products are summed in float64: exact, as no sum reaches 2^53.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x (1, H, W, C), filter (O, KH, KW, C / groups), optionally a bias int32 (O,).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, 1, OH, OW, O)
    """
    source, out = ends(graph, op)
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
    """Convolve each channel by its own filters (depthwise_conv.h).

    Output channel c reads input channel c // m. Sums and rounding are those of `conv_2d`.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x (1, H, W, C), filter (1, KH, KW, C * m), optionally a bias int32 (C * m,).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, 1, OH, OW, C * m)
    """
    source, out = ends(graph, op)
    weights = values[op.inputs[1]][0].astype(np.int64)
    x = values[op.inputs[0]].astype(np.int64) - source.zero
    patches = np.repeat(_patches(x, window(graph, op), 0), out.shape[3] // source.shape[3], axis=-1)
    acc = (patches * weights).sum(axis=(3, 4)) + _bias(graph, op, values)
    return _requantise(graph, op, acc).reshape(-1, *out.shape)


def fully_connected(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Multiply rows of the input by a matrix (fully_connected.h).

    Rounded twice as TFLite Micro does; TFLite's own kernel rounds once (docs/engine.md, "Exactness").

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x of any shape in rows of I elements, filter (O, I), optionally a bias int32 (O,).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ..., O)
    """
    source, out = ends(graph, op)
    weights = values[op.inputs[1]].astype(np.float64)
    x = values[op.inputs[0]].astype(np.float64) - source.zero
    x = x.reshape(len(x), -1, weights.shape[1])
    acc = (x @ weights.T).astype(np.int64) + _bias(graph, op, values)
    return _requantise(graph, op, acc).reshape(-1, *out.shape)


def average_pool_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Mean of the elements inside the input, rounded half away from zero (pooling.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Input: x (1, H, W, C).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, 1, OH, OW, C)
    """
    _, out = ends(graph, op)
    outside = 1 << 20
    patches = _pool_patches(graph, op, values, outside)
    inside = patches != outside
    total = np.where(inside, patches, 0).sum(axis=(3, 4))
    count = inside.sum(axis=(3, 4))
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    return np.clip(mean, *activation_range(op, out)).astype(np.int8).reshape(-1, *out.shape)


def max_pool_2d(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Largest of the elements inside the input (pooling.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Input: x (1, H, W, C).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, 1, OH, OW, C)
    """
    _, out = ends(graph, op)
    peak = _pool_patches(graph, op, values, -128).max(axis=(3, 4))
    return np.clip(peak, *activation_range(op, out)).astype(np.int8).reshape(-1, *out.shape)


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


def _pool_patches(graph: Graph, op: Operator, values: Values, fill: int) -> np.ndarray:
    return _patches(values[op.inputs[0]].astype(np.int64), window(graph, op), fill)
