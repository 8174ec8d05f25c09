# SPDX-License-Identifier: Apache-2.0
"""Empatica E4 exports: a zip or a folder with BVP.csv and ACC.csv.

Each begins with the time of its first sample (seconds since 1970), then its rate in Hz, then the samples, one
a line: BVP high-passed by the device, ACC as X, Y, Z in 1/64 g. HR.csv and IBI.csv are the E4's own estimates
from the same light, no reference, and are not read; nor is tags.csv, when its button was pressed.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.exports.folder import Export, exports, name_of, one
from wristpulse.recordings.readers.archive import members
from wristpulse.recordings.readers.empatica import E4_FIELDS, e4_to_g
from wristpulse.recordings.recording import Recording, RecordingError, make_recording


def is_e4(place: Path) -> bool:
    """Tell whether a folder or a zip is an E4's export: it holds BVP.csv and ACC.csv.

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
        return (place / "BVP.csv").is_file() and (place / "ACC.csv").is_file()
    if place.suffix.lower() != ".zip" or not place.is_file():
        return False
    names = {Path(member.name).name for member in members(place)}
    return {"BVP.csv", "ACC.csv"} <= names


def read_all(folder: Path) -> Iterator[Recording]:
    """Read every E4 export at or below a folder; anna/monday.zip is anna's.

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
    for export in exports(folder, is_e4, "an Empatica E4's zips or folders (BVP.csv, ACC.csv)"):
        yield _read(export)


def read_e4(place: Path | str, subject: str | None = None) -> Recording:
    """Read one Empatica E4 export; it has no reference.

    Both signals begin where the later of them begins.

    Parameters
    ----------
    place : Path or str
        The zip as downloaded, or the folder with BVP.csv and ACC.csv.
    subject : str, optional
        The person's name; by default the export's.

    Returns
    -------
    Recording
        PPG at 64 Hz (high-passed BVP), acceleration at 32 Hz, both at the rates that the files state.

    Raises
    ------
    RecordingError
        A file is missing, cut short or not as the E4 writes it.
    """
    place = Path(place)
    return _read(Export(place, subject or name_of(place), name_of(place)))


def _read(export: Export) -> Recording:
    place = export.place
    if not place.exists():
        raise RecordingError(place, "folder or zip", "an E4's export", "no such file")
    start_ppg, fs_ppg, ppg = _signal(place, "BVP.csv", 1)
    start_acc, fs_acc, acc = _signal(place, "ACC.csv", 3)
    start = max(start_ppg, start_acc)
    return make_recording(
        place,
        dataset="e4",
        subject=export.subject,
        name=export.name,
        ppg=_from(place, "BVP.csv", ppg, start - start_ppg, fs_ppg),
        fs_ppg=fs_ppg,
        acc=e4_to_g(_from(place, "ACC.csv", acc, start - start_acc, fs_acc)),
        fs_acc=fs_acc,
        hr=None,
        hr_start_s=None,
        **E4_FIELDS,
    )


def _signal(place: Path, name: str, columns: int) -> tuple[float, float, np.ndarray]:
    """Start (s since 1970), rate (Hz) and samples (n, columns) of one of an export's files."""
    file = one(place, lambda found: found == name, name)
    try:
        text = file.data.decode("ascii").splitlines()
        table = np.loadtxt(text, delimiter=",", ndmin=2)
    except (UnicodeDecodeError, ValueError) as error:
        raise RecordingError(
            file.label, "file", "start, rate, then samples as numbers", str(error)
        ) from error
    if len(table) < 3 or table.shape[1] != columns:
        expected = f"start, rate, then samples of {columns} column{'s' * (columns > 1)}"
        raise RecordingError(file.label, "file", expected, f"shape {table.shape}")
    start, fs = table[:2, 0]
    if not (start >= 0 and 0 < fs <= 1e4):
        raise RecordingError(file.label, "first lines", "seconds since 1970, then Hz", f"{start:g}, {fs:g}")
    return float(start), float(fs), table[2:]


def _from(place: Path, name: str, values: np.ndarray, late_s: float, fs: float) -> np.ndarray:
    """Samples from `late_s` after the first one on."""
    skip = round(late_s * fs)
    if skip >= len(values):
        raise RecordingError(
            place, name, "samples at the same time as the other sensor's", f"none, {late_s:g} s off"
        )
    return values[skip:]
