# SPDX-License-Identifier: Apache-2.0
"""Curves on a terminal, of block characters."""

import numpy as np

BLOCKS = " ▁▂▃▄▅▆▇█"


def bars(values: np.ndarray, low: float, high: float, rows: int = 1) -> list[str]:
    """Draw values as columns of block characters.

    Parameters
    ----------
    values : ndarray (n,)
        NaN leaves a column empty.
    low, high : float
        The values of the lowest and of the highest block.
    rows : int
        Lines of text.

    Returns
    -------
    list of str
        The top line first, n characters each.
    """
    steps = len(BLOCKS) - 1
    span = high - low
    share = (values - low) / span if span > 0 else np.full(len(values), 0.5)
    level = np.nan_to_num(np.rint(np.clip(share, 0, 1) * (steps * rows - 1)) + 1).astype(int)
    return [
        "".join(BLOCKS[min(max(n - row * steps, 0), steps)] for n in level) for row in range(rows - 1, -1, -1)
    ]
