# SPDX-License-Identifier: Apache-2.0
"""Tests, lint and format."""

import subprocess
import sys

from invoke import task

from python_tools.tasks.common import ROOT

PYTHON = ("training", "python_tools", "tests", "tasks.py")


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
    }
)
def test(_context, slow=False, select="", markers=""):
    """Run every test that this machine can run; the skipped ones are listed with their reasons."""
    marker = markers or ("" if slow else "not slow")
    words = [sys.executable, "-m", "pytest", "-q", "-m", marker]
    sys.exit(_run(*words, *(["-k", select] if select else [])))


@task
def accept(_context):
    """Make what the firmware gives and costs now the expectation; `git diff` shows the change."""
    files = ("tests/on_target/test_cases.py", "tests/on_target/test_timing.py")
    sys.exit(_run(sys.executable, "-m", "pytest", "-q", *files, "-m", "not slow", "--accept"))


@task
def lint(_context):
    """Check Python (ruff) and C (clang-format) without changing them."""
    failed = _run("ruff", "check", *PYTHON), _run("ruff", "format", "--check", *PYTHON)
    sys.exit(any((*failed, _run("clang-format", "--dry-run", "--Werror", *_c_files()))))


@task
def format(_context):
    """Bring Python and C into their form."""
    failed = _run("ruff", "check", "--fix", *PYTHON), _run("ruff", "format", *PYTHON)
    sys.exit(any((*failed, _run("clang-format", "-i", *_c_files()))))
