# SPDX-License-Identifier: Apache-2.0
"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(value: object) -> str:
    """Text of a value in a table.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
        Whole numbers have separators of thousands; None is a dash.

    Examples
    --------
    >>> cell(1234), cell(None), cell("rkd")
    ('1,234', '-', 'rkd')
    """
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Format a Markdown table, as the tables of docs/ are written.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequence
        A value for each column; see `cell`.

    Returns
    -------
    str
        Lines without a line break at the end.

    Examples
    --------
    >>> print(table(("part", "bytes"), [("code", 5398), ("tables", None)]))
    | part | bytes |
    |---|---|
    | code | 5,398 |
    | tables | - |
    """
    lines = (head, *([cell(value) for value in row] for row in rows))
    first, *others = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([first, "|---" * len(head) + "|", *others])
