# SPDX-License-Identifier: Apache-2.0
"""Empatica EmbracePlus exports as CSV: a folder or a zip with bvp.csv and accelerometer.csv.

Empatica's portal hands out Avro files, 15 minutes each, and its documentation a script that makes these
tables of one: `unix_timestamp,bvp` and `unix_timestamp,x,y,z`, times in microseconds, acceleration in g.
Several, of one session, are read in the order of their times. Avro itself is not read here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.exports import texttable
from wristpulse.recordings.exports.folder import Export, exports, files
from wristpulse.recordings.exports.timed import Timed, recordings
from wristpulse.recordings.readers.archive import members
from wristpulse.recordings.recording import Recording, RecordingError

_BVP = re.compile(r"(.*[_-])?bvp([_-].*)?\.csv")
_ACC = re.compile(r"(.*[_-])?accelerometer([_-].*)?\.csv")


def is_embraceplus(place: Path) -> bool:
    """Whether a folder or a zip is an EmbracePlus' export: it holds a bvp and an accelerometer table."""
    if place.is_dir():
        names = {path.name for path in place.iterdir()}
    elif place.suffix.lower() == ".zip" and place.is_file():
        names = {Path(member.name).name for member in members(place)}
    else:
        return False
    return all(any(map(pattern.fullmatch, names)) for pattern in (_BVP, _ACC))


def read_all(folder: Path) -> Iterator[Recording]:
    """Every EmbracePlus export at or below a folder; anna/monday.zip is anna's. Raises `RecordingError`."""
    for export in exports(folder, is_embraceplus):
        yield from _read(export)


def read_embraceplus(place: Path | str, subject: str | None = None) -> list[Recording]:
    """The recordings of one export, cut where a sensor paused; no reference. Raises `RecordingError`."""
    place = Path(place)
    return _read(Export(place, subject or place.stem, place.stem))


def _read(export: Export) -> list[Recording]:
    t_ppg, ppg = _table(export.place, _BVP, ("bvp",))
    t_acc, acc = _table(export.place, _ACC, ("x", "y", "z"))
    return recordings(
        Timed(
            label=str(export.place),
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


def _table(place: Path, pattern: re.Pattern, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and samples (n, columns) of all tables of one sensor, in order."""
    if not place.exists():
        raise RecordingError(place, "folder or zip", "an EmbracePlus' export", "no such file")
    found = files(place, lambda name: bool(pattern.fullmatch(name)))
    if not found:
        raise RecordingError(
            place, "files", f"a table {'bvp' if len(columns) == 1 else 'accelerometer'}.csv", "none"
        )
    parts = []
    for file in found:
        table = texttable.parse(file.label, file.data)
        for name in ("unix_timestamp", *columns):
            texttable.find(table, name, lambda column, name=name: column == name)
        t = texttable.seconds(table, "unix_timestamp")
        parts.append((t, np.stack([texttable.numbers(table, name) for name in columns], axis=1)))
    parts.sort(key=lambda part: part[0][0])
    return np.concatenate([t for t, _ in parts]), np.concatenate([values for _, values in parts])
