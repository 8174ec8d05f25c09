# SPDX-License-Identifier: Apache-2.0
"""A folder for one process at a time."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder to one process at a time; another process says that it waits, and waits.

    The lock ends with the process, however it ends.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.

    Yields
    ------
    None

    Raises
    ------
    OSError
        It cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting: another process works in {folder}", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
