# SPDX-License-Identifier: Apache-2.0
"""Any sensor's recording as text: a column of times, PPG, acceleration X, Y, Z, in one table or two."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.exports import texttable
from wristpulse.recordings.exports.folder import exports
from wristpulse.recordings.exports.texttable import TextTable
from wristpulse.recordings.exports.timed import Timed, recordings
from wristpulse.recordings.recording import Recording, RecordingError
from wristpulse.recordings.scale import UNITS, PpgScale

ACC_SUFFIX = re.compile(r"[-_. ]?acc(elerometer)?$", re.IGNORECASE)  # anna-acc.csv belongs to anna.csv
SUFFIXES = (".csv", ".tsv", ".txt")
_TIME = re.compile(r"(unix_?)?(time|timestamp|date_?time|t)", re.IGNORECASE)
_COLOUR = "green|red|ir|infrared"
_PPG = re.compile(rf"(ppg|bvp|light|led|{_COLOUR})[ _]?(\d+|{_COLOUR}|raw|value)?", re.IGNORECASE)
_AXIS = re.compile(r"(?:acc(?:el|eleration|elerometer)?|a)?[ _.]?([xyz])", re.IGNORECASE)
_SPELLINGS = {"m/s^2": "m/s2", "m/s\N{SUPERSCRIPT TWO}": "m/s2", "ms-2": "m/s2", "m/s/s": "m/s2"}


def read_all(folder: Path) -> Iterator[Recording]:
    """Read every table at or below a folder; anna/monday.csv is anna's.

    The acceleration may lie in a table beside it: anna.csv and anna-acc.csv.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        There is no table, or one is damaged or lacks a column.
    """
    for export in exports(folder, _is_table, "tables of samples (.csv, .tsv, .txt)"):
        yield from read_csv(export.place, subject=export.subject, name=export.name)


def read_csv(
    path: Path | str,
    acc: Path | str | None = None,
    *,
    subject: str | None = None,
    name: str | None = None,
    time_unit: str | None = None,
    acc_unit: str | None = None,
    fs_ppg: float | None = None,
    fs_acc: float | None = None,
    scale: PpgScale | None = None,
) -> list[Recording]:
    """Read the recordings in a table; no reference.

    Parameters
    ----------
    path : Path or str
        Columns `time`, `ppg` (or ppg1, ppg2, ...; green, red, ir) and, unless `acc` names another table or
        one lies beside it (anna.csv, anna-acc.csv), `x`, `y`, `z` (also acc_x...). Cells may be empty where
        a sensor has no sample in that row.
    acc : Path or str, optional
        Table of the acceleration.
    subject, name : str, optional
        Of the person and of the recording; by default the file's.
    time_unit, acc_unit : str, optional
        Else they stand in the columns' names (``time [ms]``, ``x (m/s2)``), or are found: see
        `texttable.seconds` and `scale.acc_scale`.
    fs_ppg, fs_acc : float, optional
        Hz, for tables without times.
    scale : PpgScale, optional
        Of the PPG; else `scale.ppg_scale` finds it.

    Returns
    -------
    list of Recording
        Cut where a sensor paused for more than 0.5 s.

    Raises
    ------
    RecordingError
        A column is missing or its numbers cannot be.
    """
    path = Path(path)
    beside = Path(acc) if acc else _beside(path)
    table = _load(path)
    acc_table = _load(beside) if beside else table
    ppg_names = texttable.find(table, "ppg", lambda column: bool(_PPG.fullmatch(_bare(column))))
    axes = _axes(acc_table)
    unit = acc_unit or texttable.unit(axes[0])
    ppg = np.stack([texttable.numbers(table, column) for column in ppg_names], axis=1)
    g = np.stack([texttable.numbers(acc_table, column) for column in axes], axis=1)
    return recordings(
        Timed(
            label=str(path),
            dataset="csv",
            subject=subject or path.stem,
            name=name or path.stem,
            ppg=ppg,
            t_ppg=_times(table, len(ppg), fs_ppg, time_unit),
            acc=g,
            t_acc=_times(acc_table, len(g), fs_acc or (fs_ppg if not beside else None), time_unit),
            ppg_unit=texttable.unit(ppg_names[0]),
            scale=scale,
            per_g=_per_g(path, unit, strict=acc_unit is not None),
        )
    )


def _load(path: Path) -> TextTable:
    if not path.is_file():
        raise RecordingError(path, "file", "a table of samples", "no such file")
    return texttable.parse(str(path), path.read_bytes())


def _times(table: TextTable, samples: int, fs: float | None, unit: str | None) -> np.ndarray:
    if fs:
        return np.arange(samples) / fs
    (name, *_) = texttable.find(table, "time", lambda column: bool(_TIME.fullmatch(_bare(column))))
    return texttable.seconds(table, name, unit)


def _axes(table: TextTable) -> list[str]:
    """The columns of X, Y and Z."""
    found: dict[str, str] = {}
    for column in table.columns:
        if match := _AXIS.fullmatch(_bare(column)):
            found.setdefault(match[1].lower(), column)
    if set(found) != set("xyz"):
        raise RecordingError(table.label, "acceleration", "columns x, y, z", ", ".join(table.columns))
    return [found[axis] for axis in "xyz"]


def _per_g(path: Path, unit: str, strict: bool) -> float | None:
    """Units per g; None where no known unit is stated, so that gravity tells."""
    units = dict(UNITS)
    spelt = _SPELLINGS.get(unit.lower(), unit.lower())
    if strict and spelt not in units:
        raise RecordingError(path, "acceleration's unit", " or ".join(units), repr(unit))
    return units.get(spelt)


def _bare(column: str) -> str:
    """A column's name without its unit."""
    bare = re.sub(r"\s*[\[(].*", "", column).strip()
    return re.sub(r"_(s|ms|us|ns|g|mg|mps2)$", "", bare)


def _beside(path: Path) -> Path | None:
    for sibling in sorted(path.parent.glob(f"{path.stem}*")):
        extra = sibling.stem[len(path.stem) :]
        if sibling != path and sibling.suffix in SUFFIXES and extra and ACC_SUFFIX.fullmatch(extra):
            return sibling
    return None


def _is_table(path: Path) -> bool:
    if path.suffix not in SUFFIXES or not path.is_file():
        return False
    stem = ACC_SUFFIX.sub("", path.stem)
    return stem == path.stem or not any((path.parent / f"{stem}{suffix}").is_file() for suffix in SUFFIXES)
