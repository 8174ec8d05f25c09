# SPDX-License-Identifier: Apache-2.0
"""The learning curve of a training: a row an epoch."""

from __future__ import annotations

import csv
from pathlib import Path

MONITOR = "validation_mae_bpm"
HISTORY = "history.csv"


def history(folder: Path) -> list[dict[str, float]]:
    """The learning curve so far.

    Parameters
    ----------
    folder : Path
        Of the training; it may not hold a curve yet.

    Returns
    -------
    list of dict of str to float
        An epoch each, by the columns of history.csv; a row that is still being written is left out.
    """
    path = folder / HISTORY
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            {k: float(v) for k, v in row.items()} for row in csv.DictReader(file) if None not in row.values()
        ]
