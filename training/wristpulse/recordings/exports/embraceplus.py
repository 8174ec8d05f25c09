# SPDX-License-Identifier: Apache-2.0
"""Empatica EmbracePlus exports: a folder or a zip of Avro files, or of tables bvp.csv and accelerometer.csv.

Empatica's portal hands out Avro files, 15 minutes each, and its documentation a script that makes tables of
one: `unix_timestamp,bvp` and `unix_timestamp,x,y,z`, times in microseconds. Several, of one session, are read
in the order of their times. Acceleration is in raw counts in the one, in g in the other: gravity tells.
"""

import operator
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from wristpulse.recordings.exports import avro, texttable
from wristpulse.recordings.exports.folder import Export, exports, files, name_of
from wristpulse.recordings.exports.timed import Timed, recordings
from wristpulse.recordings.readers.archive import members
from wristpulse.recordings.recording import Recording, RecordingError

_BVP = re.compile(r"(.*[_-])?bvp([_-].*)?\.csv")
_ACC = re.compile(r"(.*[_-])?accelerometer([_-].*)?\.csv")
_AVRO = re.compile(r".*\.avro")
_Part = tuple[np.ndarray, np.ndarray]  # times (s), samples (n, columns)


def is_embraceplus(place: Path) -> bool:
    """Tell whether a folder or a zip is an EmbracePlus' export: Avro files, or bvp and accelerometer tables.

    Parameters
    ----------
    place : Path

    Returns
    -------
    bool

    Raises
    ------
    RecordingError
        A zip that is broken.
    """
    if place.is_dir():
        names = {path.name for path in place.iterdir()}
    elif place.suffix.lower() == ".zip" and place.is_file():
        names = {Path(member.name).name for member in members(place)}
    else:
        return False
    return any(map(_AVRO.fullmatch, names)) or all(any(map(p.fullmatch, names)) for p in (_BVP, _ACC))


def read_all(folder: Path) -> Iterator[Recording]:
    """Read every EmbracePlus export at or below a folder; anna/monday.zip is anna's.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        There is no export, or one is damaged.
    """
    for export in exports(
        folder, is_embraceplus, "an EmbracePlus' zips or folders (.avro, or bvp.csv and accelerometer.csv)"
    ):
        yield from _read(export)


def read_embraceplus(place: Path | str, subject: str | None = None) -> list[Recording]:
    """Read the recordings of one EmbracePlus export; no reference.

    Parameters
    ----------
    place : Path or str
        Folder or zip of CSV or Avro files.
    subject : str, optional
        The person's name; by default the export's.

    Returns
    -------
    list of Recording
        Cut where a sensor paused.

    Raises
    ------
    RecordingError
        A file is missing, cut short or lacks a field.
    """
    place = Path(place)
    return _read(Export(place, subject or name_of(place), name_of(place)))


def _read(export: Export) -> list[Recording]:
    place = export.place
    if not place.exists():
        raise RecordingError(place, "folder or zip", "an EmbracePlus' export", "no such file")
    tables = _avro(place) or (_tables(place, _BVP, ("bvp",)), _tables(place, _ACC, ("x", "y", "z")))
    (t_ppg, ppg), (t_acc, acc) = map(_joined, tables)
    return recordings(
        Timed(
            label=str(place),
            dataset="embraceplus",
            subject=export.subject,
            name=export.name,
            ppg=ppg,
            t_ppg=t_ppg,
            acc=acc,
            t_acc=t_acc,
            ppg_unit="EmbracePlus BVP (nW, high-passed by the device)",
        )
    )


def _joined(parts: list[_Part]) -> _Part:
    """All parts' samples in the order of their times: a part may begin before the last one ends."""
    t, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(t, kind="stable")
    return t[order], values[order]


def _avro(place: Path) -> tuple[list[_Part], list[_Part]] | None:
    """PPG and acceleration of all Avro files; None if there are none."""
    found = files(place, lambda name: bool(_AVRO.fullmatch(name)))
    parts = [_sensors(file.label, record) for file in found for record in avro.records(file.label, file.data)]
    kept = [[part for part in column if len(part[0])] for column in zip(*parts, strict=True)]
    if found and not (kept and all(kept)):
        raise RecordingError(place, "rawData", "samples of bvp and accelerometer", "none")
    return (kept[0], kept[1]) if found else None


def _sensors(label: str, record: Any) -> tuple[_Part, _Part]:
    found = []
    for name, columns in (("bvp", ("values",)), ("accelerometer", ("x", "y", "z"))):
        try:
            sensor = record["rawData"][name]
            values = np.stack([np.asarray(sensor[column], np.float64) for column in columns], axis=1)
            start, fs = sensor["timestampStart"] * 1e-6, float(sensor["samplingFrequency"])
        except (KeyError, TypeError, ValueError) as error:
            expected = f"timestampStart, samplingFrequency, {', '.join(columns)}"
            raise RecordingError(label, f"rawData/{name}", expected, str(error)) from error
        if len(values) and not fs > 0:
            raise RecordingError(label, f"rawData/{name}/samplingFrequency", "a positive number", f"{fs:g}")
        found.append((start + np.arange(len(values)) / (fs or 1.0), values))
    return found[0], found[1]


def _tables(place: Path, pattern: re.Pattern, columns: tuple[str, ...]) -> list[_Part]:
    """Times and samples of all tables of one sensor."""
    found = files(place, lambda name: bool(pattern.fullmatch(name)))
    if not found:
        what = "bvp" if len(columns) == 1 else "accelerometer"
        raise RecordingError(place, "files", f"a table {what}.csv", "none")
    parts = []
    for file in found:
        table = texttable.parse(file.label, file.data)
        for name in ("unix_timestamp", *columns):
            texttable.find(table, name, partial(operator.eq, name))
        values = np.stack([texttable.numbers(table, name) for name in columns], axis=1)
        parts.append((texttable.seconds(table, "unix_timestamp"), values))
    return parts
