# SPDX-License-Identifier: Apache-2.0
"""Tables on a terminal; `wristpulse.support.markdown` has those in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from wristpulse.support.markdown import cell


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None, texts: int = 1
) -> Table:
    """Draw a table for a terminal.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequence
        A value for each column; see `wristpulse.support.markdown.cell`.
    title : str, optional
    texts : int
        So many columns stand to the left, figures to the right.

    Returns
    -------
    rich.table.Table
    """
    drawn = Table(title=title)
    for number, name in enumerate(head):
        drawn.add_column(name, justify="left" if number < texts else "right")
    for row in rows:
        drawn.add_row(*map(cell, row))
    return drawn
