# SPDX-License-Identifier: Apache-2.0
"""Whatever a user has at hand, opened by what it is: `open_recordings(path)`."""

from pathlib import Path

from wristpulse.recordings.exports import e4, embraceplus, generic_csv, polar
from wristpulse.recordings.readers import arrays, physionet
from wristpulse.recordings.recording import Recording, RecordingError

KNOWN = (
    "an .npz (docs/data.md), an E4's or EmbracePlus' zip or folder, Polar Sensor Logger's *_PPG.txt, "
    "a WFDB header of PhysioNet's wrist set, or a .csv with time, ppg, x, y, z"
)


def open_recordings(path: Path | str) -> list[Recording]:
    """Read the recordings in one file, zip or folder of any kind that this package knows.

    Parameters
    ----------
    path : Path or str
        An .npz (docs/data.md), an Empatica E4's or EmbracePlus' zip or folder, Polar Sensor Logger's
        ``*_PPG.txt``, a WFDB header of PhysioNet's wrist set, a table with time, ppg, x, y, z, or a folder of
        one of these.

    Returns
    -------
    list of Recording
        Several where a sensor paused, or where a folder holds several.

    Raises
    ------
    RecordingError
        Nothing there, of no known kind, or damaged.

    Examples
    --------
    >>> open_recordings("walk.txt")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    wristpulse.recordings.recording.RecordingError: walk.txt: file: expected an .npz ... found no such file
    """
    path = Path(path)
    if not path.exists():
        raise RecordingError(path, "file", KNOWN, "no such file")
    if path.is_dir() or path.suffix.lower() == ".zip":
        return _container(path)
    if path.suffix.lower() == ".npz":
        return [arrays.load_recording(path)]
    if path.suffix.lower() == ".hea":
        return [physionet.read_record(path)]
    if polar.is_polar(path):
        return polar.read_polar(path)
    if path.name in ("BVP.csv", "ACC.csv"):
        return [e4.read_e4(path.parent)]
    if path.suffix.lower() in generic_csv.SUFFIXES:
        return generic_csv.read_csv(path)
    raise RecordingError(path, "file", KNOWN, f"a file that ends in {path.suffix or 'nothing'}")


def _container(path: Path) -> list[Recording]:
    if e4.is_e4(path):
        return [e4.read_e4(path)]
    if embraceplus.is_embraceplus(path):
        return embraceplus.read_embraceplus(path)
    if path.is_dir():
        for pattern, read in (
            ("*_PPG.txt", polar.read_all),
            ("s*_*.hea", physionet.read),
            ("*.npz", arrays.read_own),
            ("*.csv", generic_csv.read_all),
        ):
            if next(path.glob(pattern), None):
                return list(read(path))
    raise RecordingError(path, "folder or zip", KNOWN, "none of them")
