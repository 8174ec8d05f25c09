# SPDX-License-Identifier: Apache-2.0
"""Operators that move elements without computing."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.geometry import slice_ranges
from wristpulse.oracle.graph import Graph, Operator
from wristpulse.oracle.kernels.values import Values, ends


def concatenation(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Put inputs one after the other along an axis.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: tensors of one scale that differ in this axis only.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    axis = op.options["Axis"] % len(graph.tensors[op.outputs[0]].shape)
    return np.concatenate(_aligned(graph, op, values), axis=axis + 1)


def pack(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Stack inputs along a new axis.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: tensors of one scale and shape.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    axis = op.options["Axis"] % len(graph.tensors[op.outputs[0]].shape)
    return np.stack(_aligned(graph, op, values), axis=axis + 1)


def pad(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Pad with the zero point, which stands for 0.0.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x of any shape, widths int32 (rank, 2).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    source, _ = ends(graph, op)
    widths = [(0, 0), *(tuple(int(v) for v in row) for row in values[op.inputs[1]])]
    return np.pad(values[op.inputs[0]], widths, constant_values=source.zero)


def reshape(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Give the same elements another shape.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Input: x of any shape.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    return values[op.inputs[0]].reshape(-1, *graph.tensors[op.outputs[0]].shape)


def transpose(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Permute the axes.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x of any shape, order of the axes int32.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    return values[op.inputs[0]].transpose(0, *(int(p) + 1 for p in values[op.inputs[1]]))


def strided_slice(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Keep every step-th element between begin and end along each axis.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x of any shape, begin, end and step int32 (rank,).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    ranges = slice_ranges(graph, op)
    part = values[op.inputs[0]]
    for axis, kept in enumerate(ranges):
        part = part.take(kept, axis=axis + 1)
    return part.reshape(-1, *graph.tensors[op.outputs[0]].shape)


def dilate(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Put zero points between the elements along both axes of an image (rewrite.py).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Input: x (1, H, W, C).
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, 1, (H - 1) * step + 1, (W - 1) * step + 1, C)
    """
    source, out = ends(graph, op)
    spread = np.full((len(values[op.inputs[0]]), *out.shape), source.zero, np.int8)
    spread[:, :, :: op.options["Steps"][0], :: op.options["Steps"][1]] = values[op.inputs[0]]
    return spread


def resize_nearest(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Repeat each element along both axes of an image; whole factors only.

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
    source, out = ends(graph, op)
    spread = values[op.inputs[0]]
    for axis in (1, 2):
        spread = spread.repeat(out.shape[axis] // source.shape[axis], axis=axis + 1)
    return spread


def _aligned(graph: Graph, op: Operator, values: Values) -> list[np.ndarray]:
    """Give constant inputs the sample axis of the others."""
    n = max((len(values[i]) for i in op.inputs if graph.tensors[i].data is None), default=1)
    constant = [graph.tensors[i].data is not None for i in op.inputs]
    return [
        np.broadcast_to(values[i], (n, *values[i].shape)) if c else values[i]
        for i, c in zip(op.inputs, constant, strict=True)
    ]
