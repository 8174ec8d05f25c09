# SPDX-License-Identifier: Apache-2.0
"""Integer arithmetic of TFLite's int8 reference kernels: gemmlowp's fixed point with double rounding.

Two roundings follow one another: the high half of a doubled 32 x 32 bit product (half up), then a
division by a power of two (half away from zero). Rounding once instead differs by one step now and then,
so both are kept. Source: gemmlowp fixedpoint.h, TFLite quantization_util.cc and common.h.
"""

from __future__ import annotations

import math

import numpy as np

INT32_MAX, INT32_MIN = 2**31 - 1, -(2**31)


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Split a positive real into (Q31 mantissa in [2^30, 2^31), shift): real ~ mantissa * 2^(shift - 31)."""
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    q31 = int(math.floor(mantissa * 2.0**31 + 0.5))
    if q31 == 2**31:
        q31, shift = q31 // 2, shift + 1
    return (0, 0) if shift < -31 else (q31, shift)


def doubling_high_mul(a: np.ndarray, b: np.ndarray | int) -> np.ndarray:
    """(a * b + 2^30) >> 31, saturated: the high half of the doubled product, rounded half up."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return np.minimum((product + (1 << 30)) >> 31, INT32_MAX)


def rounding_divide_by_pot(x: np.ndarray, exponent: np.ndarray | int) -> np.ndarray:
    """x / 2^exponent, rounded half away from zero."""
    x = np.asarray(x, np.int64)
    exponent = np.asarray(exponent, np.int64)
    half = (np.int64(1) << exponent) >> 1
    return np.where(exponent > 0, (x + half - (x < 0)) >> exponent, x)


def multiply(x: np.ndarray, multiplier: np.ndarray | int, shift: np.ndarray | int) -> np.ndarray:
    """x * multiplier * 2^(shift - 31) with TFLite's double rounding; broadcasts over channels.

    The left shift wraps to 32 bits as the C code's does.
    """
    shift = np.asarray(shift, np.int64)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    shifted = wrap32(np.asarray(x, np.int64) << left)
    return rounding_divide_by_pot(doubling_high_mul(shifted, multiplier), right)


def wrap32(x: np.ndarray) -> np.ndarray:
    """Reduce modulo 2^32 to the int32 range."""
    return ((np.asarray(x, np.int64) + 2**31) & 0xFFFFFFFF) - 2**31
