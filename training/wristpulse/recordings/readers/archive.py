# SPDX-License-Identifier: Apache-2.0
"""Zip archives, and zips within zips: look inside without unpacking, unpack without writing outside."""

import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from wristpulse.recordings.recording import RecordingError

CHUNK = 1 << 20  # bytes
BROKEN = (  # what zipfile raises for bad bytes, unknown methods and encrypted members
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A file in an archive; `name` is its path there, without the names of the archives around it."""

    label: str  # for messages: archive and path
    name: str
    size: int  # bytes, unpacked
    open: Callable[[], IO[bytes]]


def members(path: Path) -> Iterator[Member]:
    """List all files of a zip archive, including those of zips at its top level.

    Parameters
    ----------
    path : Path
        The archive.

    Yields
    ------
    Member
        One for each file; it can be opened until the next one is asked for.

    Raises
    ------
    RecordingError
        The archive is broken, or a member is a link or would lie outside its folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "set.zip"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("S1/S1.pkl", b"1234")
    ...     [(member.name, member.size) for member in members(path)]
    [('S1/S1.pkl', 4)]
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _walk(str(path), archive)
    except BROKEN as error:
        raise RecordingError(path, "file", "a whole zip archive", str(error)) from error


def _walk(label: str, archive: zipfile.ZipFile) -> Iterator[Member]:
    for info in archive.infolist():
        _check_name(label, info)
        if info.is_dir():
            continue
        inner = f"{label}:{info.filename}"
        if info.filename.lower().endswith(".zip") and "/" not in info.filename:  # UCI wraps a zip in a zip
            with archive.open(info) as file, zipfile.ZipFile(file) as nested:
                yield from _walk(inner, nested)
        else:
            yield Member(
                inner,
                info.filename,
                info.file_size,
                partial(_open, archive, info, inner),
            )


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str) -> IO[bytes]:
    try:
        return archive.open(info)
    except BROKEN as error:
        raise RecordingError(label, "member", "a readable file", str(error)) from error


def _check_name(label: str, info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    outside = name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts
    if outside or stat.S_ISLNK(info.external_attr >> 16):
        raise RecordingError(label, "member", "files and folders inside the archive", repr(info.filename))


def unpack(
    path: Path, folder: Path, patterns: tuple[str, ...], progress: Callable[[int], None] = lambda _: None
) -> list[Path]:
    """Unpack the members that match one of the patterns.

    The whole archive is checked before anything is written. A file gets its name only when it is whole. A
    file that exists at its full size is kept.

    Parameters
    ----------
    path : Path
        The archive.
    folder : Path
        Where the files go; made if it does not exist.
    patterns : tuple of str
        As `PurePath.match` takes them: a relative pattern matches from the right.
    progress : callable, optional
        Called with the number of bytes after each write.

    Returns
    -------
    list of Path
        The files, in the archive's order.

    Raises
    ------
    RecordingError
        No member matches, the disk is too small, or the archive is broken or unsafe.
    """
    wanted = [m for m in members(path) if any(PurePosixPath(m.name).match(p) for p in patterns)]
    if not wanted:
        raise RecordingError(path, "members", " or ".join(patterns), "none of them")
    names = {member.name for member in wanted}
    missing = sum(m.size for m in wanted if not _whole(folder / m.name, m.size))
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if missing > free:
        raise RecordingError(folder, "disk", f"{missing / 1e9:.1f} GB free", f"{free / 1e9:.1f} GB")
    written = []
    for member in members(path):  # again: a member of a nested zip is open only while it is walked past
        if member.name not in names:
            continue
        target = folder / member.name
        if not _whole(target, member.size):
            _copy(member, target, progress)
        written.append(target)
    return written


def _whole(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _copy(member: Member, target: Path, progress: Callable[[int], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with member.open() as source, part.open("wb") as sink:
            while chunk := source.read(CHUNK):
                sink.write(chunk)
                progress(len(chunk))
        os.replace(part, target)
    except BROKEN as error:
        raise RecordingError(member.label, "member", f"{member.size} bytes unpacked", str(error)) from error
    finally:
        part.unlink(missing_ok=True)
