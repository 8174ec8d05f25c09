# SPDX-License-Identifier: Apache-2.0
"""Tables, on a terminal and as Markdown: one printer for both."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

WIDE = 10_000  # columns of a Markdown table's lines: none is wrapped


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None, texts: int = 1
) -> Table:
    """A table for a terminal: the first `texts` columns to the left, figures to the right.

    Whole numbers get separators of thousands; None is a dash.
    """
    drawn = Table(title=title)
    for number, name in enumerate(head):
        drawn.add_column(name, justify="left" if number < texts else "right")
    for row in rows:
        drawn.add_row(*map(cell, row))
    return drawn


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as Markdown, columns padded to one width."""
    drawn = Table(box=box.MARKDOWN)
    for name in head:
        drawn.add_column(name)
    for row in rows:
        drawn.add_row(*map(cell, row))
    text = io.StringIO()
    Console(file=text, width=WIDE, markup=False, highlight=False).print(drawn)
    lines = (line.strip() for line in text.getvalue().splitlines())
    return "\n".join(line for line in lines if line)
