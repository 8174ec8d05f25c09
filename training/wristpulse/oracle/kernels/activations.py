# SPDX-License-Identifier: Apache-2.0
"""Functions of one int8, as TFLite's reference kernels compute them: here for all 256 at once."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.arithmetic import multiply, quantize_multiplier
from wristpulse.oracle.graph import Graph, Operator, Tensor
from wristpulse.oracle.kernels.values import ends

INT16_MAX, INT16_MIN = 2**15 - 1, -(2**15)


def _every(source: Tensor) -> np.ndarray:
    """All values less the zero point."""
    return np.arange(-128, 128, dtype=np.int64) - source.zero


def _int8(values: np.ndarray) -> np.ndarray:
    return np.clip(values, -128, 127).astype(np.int8)


def tanh(graph: Graph, op: Operator) -> np.ndarray:
    """TANH of every int8, from single precision (activations.cc, PopulateLookupTable).

    Rounded half away from zero.

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    ndarray, int8 (256,)
        For inputs -128 to 127.
    """
    source, out = ends(graph, op)
    real = np.tanh(source.scale[0] * _every(source).astype(np.float32))
    scaled = real * (np.float32(1) / out.scale[0])
    return _int8(np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(0.5)) + out.zero)


def leaky_relu(graph: Graph, op: Operator) -> np.ndarray:
    """LEAKY_RELU of every int8 (leaky_relu.h).

    One multiplier serves what is not negative, another what is.

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    ndarray, int8 (256,)
        For inputs -128 to 127.
    """
    source, out = ends(graph, op)
    values, alpha = _every(source), np.float32(op.options["Alpha"])
    multipliers = (source.scale[0] / out.scale[0], source.scale[0] * alpha / out.scale[0])
    positive, negative = (multiply(values, *quantize_multiplier(float(real))) for real in multipliers)
    return _int8(np.where(values >= 0, positive, negative) + out.zero)


def hard_swish(graph: Graph, op: Operator) -> np.ndarray:
    """HARD_SWISH of every int8: x * relu6(x + 3) / 6 in 16 bits with 7 bits of headroom (hard_swish.h).

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    ndarray, int8 (256,)
        For inputs -128 to 127.
    """
    source, out = ends(graph, op)
    fine = np.float32(1 / 128) * source.scale[0]
    multiplier, exponent = _in_16_bits(float(fine / out.scale[0]))
    slope, slope_exponent = _in_16_bits(float(fine / (np.float32(3) / np.float32(32768))))
    values = _every(source) * 128
    scaled = _rounded_high(values, multiplier)
    gate = values
    if slope_exponent > 0:
        gate = np.clip(gate << (slope_exponent - 1), INT16_MIN, INT16_MAX)
    gate = _rounded_high(gate, slope)
    if slope_exponent > 0:
        gate = np.clip(gate << 1, INT16_MIN, INT16_MAX)
    if slope_exponent < 0:
        gate = _divided(gate, -slope_exponent)
    gate = (gate + (1 << 15)) >> 1  # -1..1 to 0..1
    product = _toward_zero(gate * scaled)
    return _int8(_divided(product, -exponent) + out.zero)


def hard_swish_exponent(source: Tensor, out: Tensor) -> int:
    """Left shift of HARD_SWISH's output; TFLite's reference refuses one above 0.

    Parameters
    ----------
    source, out : Tensor
        Input and output.

    Returns
    -------
    int
    """
    return _in_16_bits(float(np.float32(1 / 128) * source.scale[0] / out.scale[0]))[1]


def _in_16_bits(real: float) -> tuple[int, int]:
    multiplier, exponent = quantize_multiplier(real)
    return min((multiplier + (1 << 15)) >> 16, INT16_MAX), exponent


def _toward_zero(product: np.ndarray) -> np.ndarray:
    return np.sign(product) * (np.abs(product) >> 15)


def _rounded_high(x: np.ndarray, multiplier: int) -> np.ndarray:
    product = x * multiplier
    return _toward_zero(product + np.where(product >= 0, 1 << 14, 1 - (1 << 14)))


def _divided(x: np.ndarray, exponent: int) -> np.ndarray:
    """x / 2^exponent, rounded half away from zero."""
    mask = (1 << exponent) - 1
    return (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))


TABLES = {"TANH": tanh, "LEAKY_RELU": leaky_relu, "HARD_SWISH": hard_swish}
