# SPDX-License-Identifier: Apache-2.0
"""Files that are whole or as they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside a file to write to; it replaces the file when the block ends without an error.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    Path

    Raises
    ------
    OSError
        It cannot be written or replaced.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Parameters
    ----------
    path : Path
    text : str

    Raises
    ------
    OSError
        It cannot be written.
    """
    with replacing(path) as beside:
        beside.write_text(text)
