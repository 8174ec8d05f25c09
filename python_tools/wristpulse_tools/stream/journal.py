# SPDX-License-Identifier: Apache-2.0
"""The raw stream on disk, written as it comes: a crash, a kill or a power cut loses a second at most."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path

from wristpulse.support.errors import UserError

SUFFIX = ".stream"
SYNC_S = 1.0  # between two forced writes to the disk
PIECE = 4096  # bytes at a time when a journal is read back


class JournalError(UserError):
    """A recording that cannot be written where the user wants it; raised before the first sample."""


class Journal:
    """A file that only grows. It must not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            if path.exists():
                raise JournalError(
                    f"--out: expected a name without a raw stream of an earlier recording, found {path}: "
                    f"keep it with `invoke record --stream {path} --out {path.with_suffix('.npz')}`, "
                    "or remove it"
                ) from None
            raise JournalError("--out", "", "a place to write", error) from None
        self._synced = time.monotonic()

    def write(self, data: bytes) -> None:
        """Append. OSError where it cannot be, as on a full disk; what came before stays."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        if data and time.monotonic() - self._synced >= SYNC_S:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        """No further bytes."""
        self._file.close()

    def remove(self) -> None:
        """Every sample of it is in recordings now."""
        self.close()
        self.path.unlink(missing_ok=True)


def read(path: Path) -> Generator[bytes, None, None]:
    """A source that is a journal. OSError if it cannot be read."""
    with path.open("rb") as file:
        while data := file.read(PIECE):
            yield data
