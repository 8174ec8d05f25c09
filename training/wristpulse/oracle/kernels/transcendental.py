# SPDX-License-Identifier: Apache-2.0
"""Fixed-point exp and reciprocal of gemmlowp, on numpy int64 arrays holding int32 values.

Qm.n: m integer bits, n = 31 - m fraction bits. Source: gemmlowp fixedpoint.h; TFLite softmax.h.
"""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.arithmetic import (
    INT32_MAX,
    INT32_MIN,
    doubling_high_mul,
    rounding_divide_by_pot,
    wrap32,
)

ONE = INT32_MAX  # 1.0 in Q0.31, as near as it gets
# exp(-2^k) in Q0.31 for k = -2 .. 4
EXP_OF_MINUS_POWER = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def _saturating_shift_left(x: np.ndarray, bits: int) -> np.ndarray:
    return np.clip(x << bits, INT32_MIN, INT32_MAX)


def _exp_small(a: np.ndarray) -> np.ndarray:
    """exp(a) for a in [-1/4, 0), Q0.31 to Q0.31: a fourth-order polynomial about -1/8."""
    x = a + (1 << 28)
    x2 = doubling_high_mul(x, x)
    x3 = doubling_high_mul(x2, x)
    x4 = doubling_high_mul(x2, x2)
    x4_over_4 = rounding_divide_by_pot(x4, 2)
    inner = rounding_divide_by_pot(doubling_high_mul(x4_over_4 + x3, 715827883) + x2, 1)
    return wrap32(1895147668 + doubling_high_mul(x + inner, 1895147668))


def exp_of_negative(a: np.ndarray, integer_bits: int) -> np.ndarray:
    """exp(a) for a <= 0 (gemmlowp, exp_on_negative_values).

    Parameters
    ----------
    a : int32 range
        Fixed point of 31 - integer_bits fractional bits.
    integer_bits : int

    Returns
    -------
    ndarray, int64
        Q0.31.

    Examples
    --------
    >>> (exp_of_negative(np.array([0, -1 << 26]), 5) / 2**31).round(6).tolist()
    [1.0, 0.36788]
    """
    fraction = 31 - integer_bits
    quarter = 1 << (fraction - 2)
    a = np.asarray(a, np.int64)
    a_mod = (a & (quarter - 1)) - quarter
    result = _exp_small(a_mod << integer_bits)
    remainder = a_mod - a
    for k, factor in zip(range(-2, 5), EXP_OF_MINUS_POWER, strict=True):
        if integer_bits > k:
            bit = 1 << (fraction + k)
            result = np.where(remainder & bit, doubling_high_mul(result, factor), result)
    if integer_bits > 5:
        result = np.where(a < -(1 << (fraction + 5)), 0, result)
    return np.where(a == 0, ONE, result)


def one_over_one_plus(a: np.ndarray) -> np.ndarray:
    """1 / (1 + a) for a from 0 to 1: three Newton steps on the half denominator.

    Parameters
    ----------
    a : int32 range
        Q0.31.

    Returns
    -------
    ndarray, int64
        Q0.31.

    Examples
    --------
    >>> (one_over_one_plus(np.array([0, 2**30])) / 2**31).round(6).tolist()
    [1.0, 0.666667]
    """
    total = np.asarray(a, np.int64) + ONE
    half = np.where(total >= 0, total + 1, total - 1) // 2  # operands are never negative here
    x = 1515870810 + doubling_high_mul(half, -1010580540)
    for _ in range(3):
        product = doubling_high_mul(half, x)
        x = x + _saturating_shift_left(doubling_high_mul(x, (1 << 29) - product), 2)
    return _saturating_shift_left(x, 1)
