# SPDX-License-Identifier: Apache-2.0
"""Tests, lint and format."""

import subprocess
import sys

from invoke import task

from wristpulse_tools.firmware.places import ROOT

PYTHON = ("training", "python_tools", "tests", "docs/notebooks", "tasks.py")


def _run(*words: object) -> int:
    return subprocess.run([str(word) for word in words], cwd=ROOT).returncode


def _c_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [file for file in listed.stdout.split() if "/model/" not in file]


@task(
    help={
        "slow": "also the tests marked slow",
        "select": "only tests that match this pytest expression (-k)",
        "markers": "only tests that match this pytest marker expression (-m)",
        "board": "only the tests for real boards, on this one of boards/hardware.toml",
        "junit": "also write the results, with what was measured, to this file",
    }
)
def test(_context, slow=False, select="", markers="", board="", junit=""):
    """Run every test that this machine can run; the skipped ones are listed with their reasons."""
    marker = markers or ("" if slow else "not slow")
    words = [sys.executable, "-m", "pytest", "-q", "-m", marker]
    more = {"-k": select, "--board": board, "--junitxml": junit}
    where = ["tests/on_target"] if board else []
    sys.exit(_run(*words, *where, *(word for name, value in more.items() if value for word in (name, value))))


@task
def workspace(_context):
    """Make or update the Zephyr workspace around this folder, as west.yml pins it."""
    made = (ROOT.parent / ".west").is_dir() or _run("west", "init", "-l", ROOT) == 0
    sys.exit(_run("west", "update", "--narrow", "--fetch-opt=--depth=1") if made else 1)


@task
def accept(_context):
    """Make what the firmware gives and costs now the expectation; `git diff` shows the change."""
    files = ("tests/on_target/test_cases.py", "tests/on_target/test_timing.py")
    sys.exit(_run(sys.executable, "-m", "pytest", "-q", *files, "-m", "not slow", "--accept"))


@task
def lint(_context):
    """Check Python (ruff, mypy, imports between rooms) and C (clang-format) without changing them."""
    failed = [
        _run("ruff", "check", *PYTHON),
        _run("ruff", "format", "--check", *PYTHON),
        _run(sys.executable, "-m", "mypy"),  # [tool.mypy] of pyproject.toml
        _run("lint-imports"),  # [tool.importlinter]
        _run("clang-format", "--dry-run", "--Werror", *_c_files()),
    ]
    sys.exit(any(failed))


@task
def format(_context):
    """Bring Python and C into their form."""
    failed = _run("ruff", "check", "--fix", *PYTHON), _run("ruff", "format", *PYTHON)
    sys.exit(any((*failed, _run("clang-format", "-i", *_c_files()))))
