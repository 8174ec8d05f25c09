# SPDX-License-Identifier: Apache-2.0
"""Tests, linters and formatters of this repository, as command lines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wristpulse_tools.support.command import run

PYTHON = ("training", "python_tools", "tests", "docs/notebooks", "tasks.py")
GENERATED = ("/students/",)  # C files that a generator wrote keep its form


PARALLEL = ("-n", "auto", "--dist", "loadfile")  # every core; a file's tests share its fixtures


def pytest_words(
    slow: bool = False, select: str = "", markers: str = "", board: str = "", junit: str = ""
) -> list[str]:
    """The pytest command of `invoke test`; markers take the place of `slow`. A board is tested on alone."""
    words = [sys.executable, "-m", "pytest", "-q", "-m", markers or ("" if slow else "not slow")]
    words += ["tests/on_target"] if board else PARALLEL
    for option, value in (("-k", select), ("--board", board), ("--junitxml", junit)):
        words += [option, value] if value else []
    return words


def c_files(root: Path) -> list[str]:
    """C files and headers that are written by hand, committed or not."""
    listed = run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"], cwd=root).stdout
    return [
        file
        for file in listed.splitlines()
        if not any(folder in f"/{file}" for folder in GENERATED) and (root / file).is_file()
    ]


def lint_commands(root: Path) -> list[list[str]]:
    """What must pass: form and faults of Python, its types, its imports, the form of C."""
    return [
        ["ruff", "check", *PYTHON],
        ["ruff", "format", "--check", *PYTHON],
        [sys.executable, "-m", "mypy"],
        ["lint-imports"],
        ["clang-format", "--dry-run", "--Werror", *c_files(root)],
    ]


def format_commands(root: Path) -> list[list[str]]:
    """What brings Python and C into their form."""
    return [
        ["ruff", "check", "--fix", *PYTHON],
        ["ruff", "format", *PYTHON],
        ["clang-format", "-i", *c_files(root)],
    ]


def run_all(commands: Sequence[Sequence[str]], root: Path) -> bool:
    """Run each, whatever the others gave, on the user's terminal; whether all succeeded."""
    return all([subprocess.run(command, cwd=root).returncode == 0 for command in commands])
