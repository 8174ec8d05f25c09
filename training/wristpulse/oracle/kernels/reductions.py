# SPDX-License-Identifier: Apache-2.0
"""Mean and maximum over axes."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.arithmetic import multiply, quantize_multiplier
from wristpulse.oracle.graph import Graph, Operator
from wristpulse.oracle.kernels.values import Values, ends


def mean(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Mean over constant axes; the division is part of the multiplier (reduce.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x of any shape, axes int32.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    source, out = ends(graph, op)
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


def reduce_max(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Largest over constant axes (reduce.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Inputs: x of any shape, axes int32.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    source, out = ends(graph, op)
    axes = tuple(sorted({int(a) % len(source.shape) + 1 for a in np.atleast_1d(values[op.inputs[1]])}))
    return values[op.inputs[0]].max(axis=axes).reshape(-1, *out.shape)
