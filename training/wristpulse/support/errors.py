# SPDX-License-Identifier: Apache-2.0
"""What a user can set right: shown as one line, without a traceback."""

from __future__ import annotations

import errno


class UserError(RuntimeError):
    """`{where}: {what}: expected {expected}, found {found}`, or a message of the caller's own.

    Parameters
    ----------
    where : file, option or recording that is wrong; the whole message if nothing else is given.
    what : the field of it.
    expected, found : in words. "" for both leaves them out.

    Examples
    --------
    >>> print(UserError("demo.toml", "seed", "int", "'one'"))
    demo.toml: seed: expected int, found 'one'
    >>> print(UserError("no board is connected"))
    no board is connected
    """

    def __init__(self, where: object, what: str = "", expected: object = "", found: object = "") -> None:
        # All four are the exception's args: so it survives pickling between processes.
        super().__init__(str(where), what, str(expected), str(found))
        self.where, self.what, self.expected, self.found = self.args

    def __str__(self) -> str:
        place = f"{self.where}: {self.what}" if self.what else self.where
        if not self.expected and not self.found:
            return place
        return f"{place}: expected {self.expected}, found {self.found}"


def in_words(error: Exception) -> str:
    """One error for people: the system's own words and the file's name, without its number.

    Parameters
    ----------
    error : Exception
        Any but an OSError says by itself what is wrong.

    Returns
    -------
    str

    Examples
    --------
    >>> print(in_words(FileNotFoundError(errno.ENOENT, "No such file or directory", "walk.npz")))
    walk.npz: No such file or directory
    >>> print(in_words(OSError(errno.ENOSPC, "No space left on device", "walk.npz")))
    walk.npz: expected room on the disk, found none left
    """
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    place = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{place}expected room on the disk, found none left"
    return f"{place}{error.strerror}"
