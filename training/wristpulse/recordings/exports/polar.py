# SPDX-License-Identifier: Apache-2.0
"""Polar Sensor Logger's text files of a Verity Sense or OH1: *_PPG.txt beside *_ACC.txt of the same name.

`Phone timestamp;sensor timestamp [ns];channel 0;channel 1;channel 2;ambient` and
`Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]`. Times are the sensor's, which both files share;
the phone's are of the packets' arrival. The ambient light is a channel of its own and is left out. *_HR.txt
and *_PPI.txt are the sensor's own estimates from the same light, no reference, and are not read.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.exports import texttable
from wristpulse.recordings.exports.folder import Export, exports
from wristpulse.recordings.exports.timed import Timed, recordings
from wristpulse.recordings.recording import Recording, RecordingError

PPG, ACC = "_PPG.txt", "_ACC.txt"
TIME = "sensor timestamp [ns]"


def is_polar(path: Path) -> bool:
    """Tell whether a file is the PPG of a Polar Sensor Logger.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
    """
    return path.name.endswith(PPG) and path.is_file()


def read_all(folder: Path) -> Iterator[Recording]:
    """Read every recording at or below a folder; anna/..._PPG.txt is anna's.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        There is no recording, or one is damaged.
    """
    for export in exports(folder, is_polar, "Polar Sensor Logger's *_PPG.txt"):
        yield from _read(export)


def read_polar(ppg: Path | str, subject: str | None = None) -> list[Recording]:
    """Read a Polar Sensor Logger's PPG and the acceleration beside it; no reference.

    Parameters
    ----------
    ppg : Path or str
        ``*_PPG.txt``; the ``*_ACC.txt`` of the same prefix lies beside it.
    subject : str, optional
        The person's name; by default the file's.

    Returns
    -------
    list of Recording
        Cut where a sensor paused for more than 0.5 s.

    Raises
    ------
    RecordingError
        A file is missing, cut short or lacks a column.
    """
    ppg = Path(ppg)
    name = ppg.name.removesuffix(PPG)
    return _read(Export(ppg, subject or name, name))


def _read(export: Export) -> list[Recording]:
    path = export.place
    beside = path.with_name(path.name.removesuffix(PPG) + ACC)
    for file in (path, beside):
        if not file.is_file():
            raise RecordingError(file, "file", "a Polar Sensor Logger's text file", "no such file")
    t_ppg, ppg = _table(path, "channel", lambda name: name.lower().startswith("channel"))
    t_acc, acc = _table(beside, "X, Y, Z", lambda name: name.split(" ")[0] in ("X", "Y", "Z"))
    if acc.shape[1] != 3:
        raise RecordingError(beside, "X, Y, Z", "three columns", f"{acc.shape[1]}")
    return recordings(
        Timed(
            label=str(path),
            dataset="polar",
            subject=export.subject.removesuffix("_PPG"),
            name=export.name.removesuffix("_PPG"),
            ppg=ppg,
            t_ppg=t_ppg,
            acc=acc,
            t_acc=t_acc,
            ppg_unit="Polar counts",
        )
    )


def _table(path: Path, what: str, matches) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and samples (n, columns) of one of the logger's files."""
    table = texttable.parse(str(path), path.read_bytes())
    names = texttable.find(table, what, matches)
    texttable.find(table, TIME, lambda name: name == TIME)
    t = texttable.seconds(table, TIME)
    return t, np.stack([texttable.numbers(table, name) for name in names], axis=1)
