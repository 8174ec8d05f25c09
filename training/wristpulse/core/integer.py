# SPDX-License-Identifier: Apache-2.0
"""Integer arithmetic that the signal path shares: exact square roots and rounded division."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64, Integer


def isqrt(n: Int64[np.ndarray, " *shape"]) -> Int64[np.ndarray, " *shape"]:
    """Floor of the square root, element by element, exact.

    Parameters
    ----------
    n : ndarray, int64
        0 to 2^62.

    Returns
    -------
    ndarray, int64
        Of the shape of `n`.

    Examples
    --------
    >>> isqrt(np.array([15, 16, 2**60 - 1])).tolist()
    [3, 4, 1073741823]
    """
    r = np.sqrt(n.astype(np.float64)).astype(np.int64)
    r -= r * r > n
    return r + ((r + 1) * (r + 1) <= n)


def round_div(a: Integer[np.ndarray, ...], b: Integer[np.ndarray, ...] | int) -> Integer[np.ndarray, ...]:
    """a / b rounded to the nearest integer, halves up.

    Parameters
    ----------
    a, b : ndarray of integers, or int
        Broadcast together; b > 0.

    Returns
    -------
    ndarray of integers

    Examples
    --------
    >>> round_div(np.array([-3, -1, 1, 3]), 2).tolist()
    [-1, 0, 1, 2]
    """
    return (a + b // 2) // b
