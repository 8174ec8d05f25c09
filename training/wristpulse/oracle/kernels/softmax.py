# SPDX-License-Identifier: Apache-2.0
"""Sigmoid and softmax."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.arithmetic import (
    INT32_MAX,
    doubling_high_mul,
    quantize_multiplier,
    rounding_divide_by_pot,
)
from wristpulse.oracle.graph import Graph, Operator, Tensor
from wristpulse.oracle.kernels import transcendental
from wristpulse.oracle.kernels.values import Values, ends


def logistic(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """1 / (1 + exp(-x)) from a table in single precision, as TFLite makes it (activations.cc).

    TFLite Micro's fixed point differs by one step near a few halves.

    Parameters
    ----------
    graph : Graph
    op : Operator
        Input: x of any shape. Output scale 1/256, zero point -128.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ...)
    """
    source, _ = ends(graph, op)
    one = np.float32(1)
    real = source.scale[0] * (np.arange(-128, 128) - source.zero).astype(np.float32)
    table = np.floor(np.float32(256) * (one / (one + np.exp(-real))) + np.float32(0.5)) - 128
    return np.clip(table, -128, 127).astype(np.int8)[values[op.inputs[0]].astype(np.int64) + 128]


def softmax_constants(op: Operator, source: Tensor) -> tuple[int, int, int]:
    """Constants of the softmax's exponent.

    Parameters
    ----------
    op : Operator
        Its option Beta scales the input.
    source : Tensor
        The input.

    Returns
    -------
    multiplier, shift : int
        Bring a difference of two inputs to Q5.26: ``(difference << shift) * multiplier / 2^31``.
    smallest : int
        Smallest difference from the largest input that counts; below it exp is 0.
    """
    beta = float(np.float64(op.options["Beta"]) * np.float64(source.scale[0]))
    multiplier, shift = quantize_multiplier(min(beta * (1 << 26), float(INT32_MAX)))
    return multiplier, shift, -(((1 << 5) - 1) * (1 << 26) >> shift)


def softmax(graph: Graph, op: Operator, values: Values) -> np.ndarray:
    """Softmax along the last axis in fixed point (softmax.h).

    Parameters
    ----------
    graph : Graph
    op : Operator
        Input: x (..., K). Output scale 1/256, zero point -128.
    values : mapping of int to ndarray
        By tensor index: activations int8 (n, ...), constants as stored.

    Returns
    -------
    ndarray, int8 (n, ..., K)
    """
    source, _ = ends(graph, op)
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
