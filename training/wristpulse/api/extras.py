# SPDX-License-Identifier: Apache-2.0
"""Packages that only some functions need."""

from collections.abc import Iterator
from contextlib import contextmanager

from wristpulse import DISTRIBUTION


@contextmanager
def needs(extra: str, function: str) -> Iterator[None]:
    """Turn a missing package into an ImportError that names the extra to install.

    Parameters
    ----------
    extra : str
        Extra of this package.
    function : str
        What needs it, for the error.

    Yields
    ------
    None

    Raises
    ------
    ImportError
        A package is missing within the block.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = error.name or ""
        if name.startswith("wristpulse."):
            raise  # ours
        raise ImportError(
            f"{function}: expected the package {name.partition('.')[0]}, found none; install it with "
            f'pip install "{DISTRIBUTION}[{extra}]"',
            name=name,
        ) from error
