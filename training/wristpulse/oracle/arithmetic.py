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
    """Split a real factor into mantissa and shift: real ~ mantissa * 2^(shift - 31).

    Parameters
    ----------
    real : float
        0 or more.

    Returns
    -------
    mantissa : int
        Q31, in [2^30, 2^31); 0 for 0 and for what is below 2^-32.
    shift : int

    Examples
    --------
    >>> quantize_multiplier(0.75), quantize_multiplier(3.0)
    ((1610612736, 0), (1610612736, 2))
    """
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    q31 = int(math.floor(mantissa * 2.0**31 + 0.5))
    if q31 == 2**31:
        q31, shift = q31 // 2, shift + 1
    return (0, 0) if shift < -31 else (q31, shift)


def doubling_high_mul(a: np.ndarray, b: np.ndarray | int) -> np.ndarray:
    """The high half of the doubled product, (a * b + 2^30) >> 31, rounded half up and saturated to int32.

    Parameters
    ----------
    a, b : int32 range
        Broadcast together.

    Returns
    -------
    ndarray, int64

    Examples
    --------
    >>> doubling_high_mul([3, -3], 1 << 30).tolist()  # times a half
    [2, -1]
    """
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return np.minimum((product + (1 << 30)) >> 31, INT32_MAX)


def rounding_divide_by_pot(x: np.ndarray, exponent: np.ndarray | int) -> np.ndarray:
    """x / 2^exponent, rounded half away from zero.

    Parameters
    ----------
    x : int32 range
    exponent : 0 to 31
        Broadcasts with x.

    Returns
    -------
    ndarray, int64

    Examples
    --------
    >>> rounding_divide_by_pot([3, -3, 1], 1).tolist()
    [2, -2, 1]
    """
    x = np.asarray(x, np.int64)
    exponent = np.asarray(exponent, np.int64)
    half = (np.int64(1) << exponent) >> 1
    return np.where(exponent > 0, (x + half - (x < 0)) >> exponent, x)


def multiply(x: np.ndarray, multiplier: np.ndarray | int, shift: np.ndarray | int) -> np.ndarray:
    """x * multiplier * 2^(shift - 31) with TFLite's double rounding.

    Parameters
    ----------
    x : int32 range
        The left shift, if any, wraps to 32 bits as the C code's does.
    multiplier, shift : int, or an array each
        Of `quantize_multiplier`; broadcast over channels.

    Returns
    -------
    ndarray, int64

    Examples
    --------
    >>> multiply(np.array([10, -10]), *quantize_multiplier(0.75)).tolist()
    [8, -7]
    """
    shift = np.asarray(shift, np.int64)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    shifted = wrap32(np.asarray(x, np.int64) << left)
    return rounding_divide_by_pot(doubling_high_mul(shifted, multiplier), right)


def wrap32(x: np.ndarray) -> np.ndarray:
    """Reduce modulo 2^32 to the range of int32.

    Parameters
    ----------
    x : array_like of int

    Returns
    -------
    ndarray, int64

    Examples
    --------
    >>> int(wrap32(2**31))
    -2147483648
    """
    return ((np.asarray(x, np.int64) + 2**31) & 0xFFFFFFFF) - 2**31
