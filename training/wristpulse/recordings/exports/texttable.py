# SPDX-License-Identifier: Apache-2.0
"""Text tables of samples: comma, semicolon or tab between columns, names of columns in the first line."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from wristpulse.recordings.recording import RecordingError

UNITS_S = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SPELLINGS = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "msec": "ms", "millis": "ms", "milliseconds": "ms",
    "\N{MICRO SIGN}s": "us", "\N{GREEK SMALL LETTER MU}s": "us", "usec": "us", "micros": "us",
    "microseconds": "us", "nanos": "ns", "nanoseconds": "ns",
}  # fmt: skip
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
_STEPS_S = (0.5e-3, 0.5)  # between samples: a factor of 1000, so that one unit fits


@dataclass(frozen=True)
class TextTable:
    """Columns of cells as text, in the order of the file; `label` names the file in errors."""

    label: str
    columns: dict[str, tuple[str, ...]]
    first_line: int  # of the file, where the columns begin


def parse(label: str, data: bytes) -> TextTable:
    r"""Parse the table in a text file.

    Lines that begin with # are comments. A last line that is cut short is left out.

    Parameters
    ----------
    label : str
        Names the file in errors.
    data : bytes
        The whole file, as UTF-8 or latin1.

    Returns
    -------
    TextTable

    Raises
    ------
    RecordingError
        Another kind of file, no samples, or a line with too few or too many cells.

    Examples
    --------
    >>> table = parse("walk.csv", b"time;ppg\n0,00;512\n0,04;515\n")
    >>> table.columns["time"], numbers(table, "ppg")
    (('0.00', '0.04'), array([512., 515.]))
    """
    lines = _text(label, data).splitlines()
    skip = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    if skip + 1 >= len(lines):
        raise RecordingError(label, "file", "a line of column names, then samples", f"{len(lines)} lines")
    delimiter = max(";\t,", key=lines[skip].count)
    names = [name.strip().strip("'\"") for name in next(csv.reader([lines[skip]], delimiter=delimiter))]
    if all(_is_number(name) for name in names if name):
        raise RecordingError(label, "first line", "names of columns", lines[skip][:60])
    rows = list(csv.reader(lines[skip + 1 :], delimiter=delimiter))
    while rows and len(rows[-1]) < len(names):
        rows.pop()
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise RecordingError(label, f"line {skip + 2 + number}", f"{len(names)} cells", f"{len(row)}")
    if not rows:
        raise RecordingError(label, "file", "samples", "column names only")
    columns = {name: cells for name, cells in zip(names, zip(*rows, strict=True), strict=True) if name}
    if delimiter != "," and any("," in line for line in lines[skip + 1 :]):  # 0,5 for 0.5
        columns = {name: tuple(c.replace(",", ".") for c in cells) for name, cells in columns.items()}
    return TextTable(label, columns, skip + 2)


def find(table: TextTable, what: str, matches: Callable[[str], bool]) -> list[str]:
    """Find the columns whose names match.

    Parameters
    ----------
    table : TextTable
    what : str
        Names the column in errors.
    matches : callable
        Gets a column's name; true for those to find.

    Returns
    -------
    list of str
        Names in the order of the file.

    Raises
    ------
    RecordingError
        None matches; the error lists the columns.
    """
    found = [name for name in table.columns if matches(name)]
    if not found:
        raise RecordingError(table.label, what, "a column of that kind", ", ".join(table.columns))
    return found


def numbers(table: TextTable, name: str) -> Float64[np.ndarray, " lines"]:
    """Read a column of numbers.

    Parameters
    ----------
    table : TextTable
    name : str
        The column.

    Returns
    -------
    ndarray, float64 (lines,)
        NaN where the cell is empty.

    Raises
    ------
    RecordingError
        Any other text; the error names its line.
    """
    cells = table.columns[name]
    try:
        return np.array(list(map(float, cells)))
    except ValueError:  # an empty cell, or worse
        pass
    try:
        return np.array([float(cell) if cell.strip() else np.nan for cell in cells])
    except ValueError:
        bad = next(i for i, cell in enumerate(cells) if cell.strip() and not _is_number(cell))
        where = f"{name}, line {table.first_line + bad}"
        raise RecordingError(table.label, where, "a number", repr(cells[bad].strip())) from None


def unit(name: str) -> str:
    """Read the unit that a column's name states.

    Parameters
    ----------
    name : str
        As ``X [mg]``, ``time (ms)`` or ``t_us``.

    Returns
    -------
    str
        Empty if the name states none.

    Examples
    --------
    >>> unit("X [mg]"), unit("t_us"), unit("ppg")
    ('mg', 'us', '')
    """
    found = re.search(r"[\[(]\s*([^\])]+?)\s*[\])]", name) or re.search(r"_([A-Za-z]+)$", name)
    return found[1] if found else ""


def seconds(table: TextTable, name: str, time_unit: str | None = None) -> Float64[np.ndarray, " lines"]:
    r"""Read a column of times: numbers in a unit, or dates and times of ISO 8601.

    Parameters
    ----------
    table : TextTable
    name : str
        The column.
    time_unit : str, optional
        s, ms, us or ns. By default the one in the column's name, else the one by which the samples come at 2
        Hz to 2 kHz.

    Returns
    -------
    ndarray, float64 (lines,)
        Seconds; NaN where the cell is empty.

    Raises
    ------
    RecordingError
        An unknown unit, no unit that fits, or a cell that is no time.

    Examples
    --------
    >>> seconds(parse("walk.csv", b"time_ms,ppg\n0,512\n40,515\n"), "time_ms")
    array([0.  , 0.04])
    """
    cells = table.columns[name]
    if _DATE.match(next((cell.strip() for cell in cells if cell.strip()), "")):
        return _dates(table, name)
    t = numbers(table, name)
    spelt = time_unit or unit(name)
    spelt = _SPELLINGS.get(spelt.lower(), spelt.lower())
    if time_unit and spelt not in UNITS_S:
        raise RecordingError(table.label, "time unit", "s, ms, us or ns", repr(time_unit))
    return t * UNITS_S[spelt if spelt in UNITS_S else _guess(table.label, name, t)]


def _guess(label: str, name: str, t: np.ndarray) -> str:
    t = t[np.isfinite(t)]
    all_steps = np.diff(t)
    steps = all_steps[all_steps > 0]
    if not len(steps):
        raise RecordingError(label, name, "times that increase", f"{t[0]:g} throughout" if len(t) else "none")
    step = float(np.median(steps)) * len(steps) / len(all_steps)  # of batches stamped alike, a sample's share
    fits = [key for key, scale in UNITS_S.items() if _STEPS_S[0] < step * scale <= _STEPS_S[1]]
    if fits:
        return fits[0]
    expected = "times in s, ms, us or ns; give the unit, as in time_ms"
    raise RecordingError(label, name, expected, f"steps of {step:g}")


def _dates(table: TextTable, name: str) -> np.ndarray:
    cells = map(str.strip, table.columns[name])
    try:
        dates = np.array([_ZONE.sub("", cell) if cell else "NaT" for cell in cells], "datetime64[us]")
    except ValueError as error:
        raise RecordingError(table.label, name, "dates as 2026-01-31T12:00:00.000", str(error)) from error
    t = dates.astype(np.int64) * 1e-6
    return np.where(np.isnat(dates), np.nan, t)


def _text(label: str, data: bytes) -> str:
    if b"\0" in data[:4096]:
        raise RecordingError(label, "file", "a text table", "another kind of file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin1")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
