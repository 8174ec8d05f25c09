# SPDX-License-Identifier: Apache-2.0
"""Integer arithmetic that the signal path shares: exact square roots and rounded division."""

from __future__ import annotations

import numpy as np


def isqrt(n: np.ndarray) -> np.ndarray:
    """Floor of the square root of int64 n >= 0 (n < 2^62), element by element, exact."""
    r = np.sqrt(n.astype(np.float64)).astype(np.int64)
    r -= r * r > n
    return r + ((r + 1) * (r + 1) <= n)


def round_div(a: np.ndarray, b: np.ndarray | int) -> np.ndarray:
    """Integer a / b rounded to the nearest, halves up; b > 0."""
    return (a + b // 2) // b
