# SPDX-License-Identifier: Apache-2.0
"""What wearables' apps and portals hand out: a folder or a zip of text files, one recording or several."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wristpulse.recordings.readers.archive import BROKEN, members
from wristpulse.recordings.recording import RecordingError

LARGEST = 1 << 30  # bytes of a text file, unpacked: a day of any sensor is far less


@dataclass(frozen=True)
class File:
    """One file of an export; `label` names it in errors."""

    label: str
    name: str  # without folders
    data: bytes


@dataclass(frozen=True)
class Export:
    """Where one export lies, whose it is, and what to call it."""

    place: Path
    subject: str
    name: str


def files(place: Path, wanted: Callable[[str], bool]) -> list[File]:
    """Read the files of a folder, or of a zip at any depth, whose names are wanted.

    Parameters
    ----------
    place : Path
        A folder or a zip.
    wanted : callable
        Gets a file's name without folders; true for those to read.

    Returns
    -------
    list of File

    Raises
    ------
    RecordingError
        A zip that is broken, or a file above 1 GB.
    """
    if place.is_dir():
        paths = [path for path in sorted(place.iterdir()) if path.is_file() and wanted(path.name)]
        return [
            File(str(path), path.name, _whole(str(path), path.stat().st_size, path.read_bytes))
            for path in paths
        ]
    found = []
    for member in members(place):
        path = PurePosixPath(member.name)
        if wanted(path.name) and "__MACOSX" not in path.parts:  # where macOS puts its own twins of the files
            try:
                with member.open() as file:
                    data = _whole(member.label, member.size, file.read)
            except BROKEN as error:
                raise RecordingError(member.label, "member", "a readable file", str(error)) from error
            found.append(File(member.label, path.name, data))
    return found


def one(place: Path, wanted: Callable[[str], bool], what: str) -> File:
    """Read the only file whose name is wanted.

    Parameters
    ----------
    place : Path
    wanted : callable
        As `files` takes them.
    what : str
        Names the file in errors.

    Returns
    -------
    File

    Raises
    ------
    RecordingError
        There is none, or more than one.
    """
    found = files(place, wanted)
    if len(found) != 1:
        names = ", ".join(file.label for file in found) or "none"
        raise RecordingError(place, "files", f"one {what}", names)
    return found[0]


def exports(place: Path, holds: Callable[[Path], bool], what: str) -> Iterator[Export]:
    """Find every export at or below a folder.

    Recordings in a subfolder are of the person that it names: anna/monday.zip is anna's. One that lies in
    `place` itself is of a person of its own name.

    Parameters
    ----------
    place : Path
        A folder, or an export itself.
    holds : callable
        True for the folders and files that are exports.
    what : str
        Names the exports in errors.

    Yields
    ------
    Export
        In the order of the paths.

    Raises
    ------
    RecordingError
        There is none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     (Path(place) / "anna").mkdir()
    ...     _ = (Path(place) / "anna" / "monday.csv").write_text("")
    ...     [(e.subject, e.name) for e in exports(Path(place), lambda path: path.suffix == ".csv", "tables")]
    [('anna', 'anna-monday')]
    """
    if holds(place):
        yield Export(place, name_of(place), name_of(place))
        return
    found = False
    for path in sorted(place.rglob("*")):
        if holds(path):
            found = True
            parts = (*path.relative_to(place).parts[:-1], name_of(path))
            yield Export(path, parts[0], "-".join(parts))
    if not found:
        raise RecordingError(place, "folder", what, "none of them at any depth")


def name_of(place: Path) -> str:
    """Name an export after its folder, or after its file without the ending.

    Parameters
    ----------
    place : Path

    Returns
    -------
    str
    """
    return place.stem if place.is_file() else place.name


def _whole(label: str, size: int, read: Callable[[], bytes]) -> bytes:
    if size > LARGEST:
        raise RecordingError(label, "file", f"{LARGEST >> 20} MB at most", f"{size >> 20} MB")
    return read()
