# SPDX-License-Identifier: Apache-2.0
"""Tests, linters and formatters of this repository, as command lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from wristpulse.support.command import on_terminal, run

PYTHON = ("training", "python_tools", "tests", "docs/notebooks", "tasks.py")
GENERATED = ("/students/",)  # C files that a generator wrote keep its form


# Every core; a file's tests share its fixtures; files in the order of collection (tests/conftest.py), where
# pytest-xdist would start those with the most tests, not the longest.
PARALLEL = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def pytest_words(
    slow: bool = False, select: str = "", markers: str = "", board: str = "", junit: str = ""
) -> list[str]:
    """Make the pytest command of `invoke test`.

    Parameters
    ----------
    slow : bool
        Also the slow tests.
    select : str
        As pytest's -k.
    markers : str
        As pytest's -m, in place of `slow`.
    board : str
        Only the tests of this board.
    junit : str
        File for JUnit's XML.

    Returns
    -------
    list of str
    """
    words = [sys.executable, "-m", "pytest", "-q", "-m", markers or ("" if slow else "not slow")]
    words += ["tests/on_target"] if board else PARALLEL
    for option, value in (("-k", select), ("--board", board), ("--junitxml", junit)):
        words += [option, value] if value else []
    return words


def c_files(root: Path) -> list[str]:
    """List C files and headers that are written by hand, committed or not.

    Parameters
    ----------
    root : Path
        The repository.

    Returns
    -------
    list of str
        Relative to `root`.
    """
    listed = run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"], cwd=root).stdout
    return [
        file
        for file in listed.splitlines()
        if not any(folder in f"/{file}" for folder in GENERATED) and (root / file).is_file()
    ]


def lint_commands(root: Path) -> list[list[str]]:
    """List the commands of `invoke lint`.

    Parameters
    ----------
    root : Path
        The repository.

    Returns
    -------
    list of list of str
    """
    return [
        ["ruff", "check", *PYTHON],
        ["ruff", "format", "--check", *PYTHON],
        [sys.executable, "-m", "mypy"],
        ["lint-imports"],
        ["clang-format", "--dry-run", "--Werror", *c_files(root)],
    ]


def format_commands(root: Path) -> list[list[str]]:
    """List the commands that format Python and C.

    Parameters
    ----------
    root : Path
        The repository.

    Returns
    -------
    list of list of str
    """
    return [
        ["ruff", "check", "--fix", *PYTHON],
        ["ruff", "format", *PYTHON],
        ["clang-format", "-i", *c_files(root)],
    ]


def run_all(commands: Sequence[Sequence[str]], root: Path) -> bool:
    """Run all commands on the user's terminal, also after one that fails.

    Parameters
    ----------
    commands : sequence of sequence of str
    root : Path
        Where they run.

    Returns
    -------
    bool
        Whether all succeeded.
    """
    return all([on_terminal(command, cwd=root) == 0 for command in commands])
