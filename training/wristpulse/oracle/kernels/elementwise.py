# SPDX-License-Identifier: Apache-2.0
"""Operators on each element by itself, of one tensor or of two."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.arithmetic import multiply, quantize_multiplier
from wristpulse.oracle.geometry import activation_range
from wristpulse.oracle.graph import Graph, Operator
from wristpulse.oracle.kernels.activations import TABLES
from wristpulse.oracle.kernels.values import Values, ends, tensors


def add(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Add two tensors of different scales (add.h).

    Both are brought to twice the larger input scale with 20 bits of headroom:

        y = multiply(multiply(a << 20, a_scale / twice) + multiply(b << 20, b_scale / twice),
                     twice / (2^20 * y_scale)) + y_zero

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: a and b, which broadcast together.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    return _total(graph, op, values, 1)


def sub(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Subtract two tensors of different scales, scaled as in `add` (sub.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: a and b, which broadcast together.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    return _total(graph, op, values, -1)


def _total(graph: Graph, op: Operator, values: Values, sign: int) -> np.ndarray:
    """The first operand plus sign (1 or -1) times the second, rescaled to the output."""
    a, b, out = tensors(graph, op)
    twice = 2 * np.float64(max(a.scale[0], b.scale[0]))
    x, y = (
        multiply(q << 20, *quantize_multiplier(float(np.float64(t.scale[0]) / twice)))
        for q, t in zip(_operands(graph, op, values), (a, b), strict=True)
    )
    multiplier, shift = quantize_multiplier(float(twice / ((1 << 20) * np.float64(out.scale[0]))))
    total = multiply(x + sign * y, multiplier, shift) + out.zero
    return np.clip(total, *activation_range(op, out)).astype(np.int8)


def mul(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Multiply two tensors element by element (mul.h).

        y = multiply((a - a_zero) * (b - b_zero), a_scale * b_scale / y_scale) + y_zero

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: a and b, which broadcast together.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    a, b, out = tensors(graph, op)
    x, y = _operands(graph, op, values)
    real = np.float32(a.scale[0] * b.scale[0]) / np.float32(out.scale[0])
    multiplier, shift = quantize_multiplier(float(np.float32(real)))
    return np.clip(multiply(x * y, multiplier, shift) + out.zero, *activation_range(op, out)).astype(np.int8)


def extreme(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Take the larger or the smaller of two tensors of one scale (maximum_minimum.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: a and b, which broadcast together.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    x, y = _operands(graph, op, values)
    chosen = np.maximum(x, y) if op.kind == "MAXIMUM" else np.minimum(x, y)
    return (chosen + graph.tensors[op.outputs[0]].zero).astype(np.int8)


def relu(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """RELU or RELU6 as an operator of its own, with its own requantisation.

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
    source, out = ends(graph, op)
    multiplier, shift = quantize_multiplier(float(np.float64(source.scale[0]) / np.float64(out.scale[0])))
    scaled = multiply(values[op.inputs[0]].astype(np.int64) - source.zero, multiplier, shift) + out.zero
    return np.clip(scaled, *activation_range(op, out)).astype(np.int8)


def quantize(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Change scale and zero point, int8 to int8 (requantize.h).

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
    return relu(graph, op, values)


def table(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Look a function of one value up: TANH, LEAKY_RELU or HARD_SWISH.

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
    return TABLES[op.kind](graph, op)[values[op.inputs[0]].astype(np.int64) + 128]


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
