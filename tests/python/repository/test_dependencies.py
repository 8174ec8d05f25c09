# SPDX-License-Identifier: Apache-2.0
"""Each package that the code imports is declared in pyproject.toml, and what is declared is imported."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
OWN = {"wristpulse", "wristpulse_tools"}
# Imported under another name than the package index has.
NAMES = {"serial": "pyserial", "elftools": "pyelftools", "ppk2_api": "ppk2-api"}
# These run in an environment of their own (peers/requirements.txt).
ELSEWHERE = {"run_beliefppg.py", "run_kid_ppg.py"}
ALLOWED = {"training": ("plot", "train"), "python_tools": ("plot", "train", "tools", "firmware")}


def normal(name: str) -> str:
    return re.split(r"[\[=<>;! ]", name)[0].lower().replace("_", "-")


def declared() -> dict[str, set[str]]:
    """Names by extra; the base dependencies under ""."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {normal(one) for one in names} for extra, names in lists.items()}


def modules(path: Path) -> Iterator[str]:
    """First parts of the modules that a file imports, within functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def imported(folder: str) -> set[str]:
    """Packages of others that the files of a folder import."""
    files = [path for path in (ROOT / folder).rglob("*.py") if path.name not in ELSEWHERE]
    found = {module for path in files for module in modules(path)}
    return {normal(NAMES.get(module, module)) for module in found - OWN - sys.stdlib_module_names}


@pytest.mark.parametrize("folder", ALLOWED)
def test_what_is_imported_is_declared(folder):
    lists = declared()
    assert imported(folder) <= lists[""].union(*(lists[extra] for extra in ALLOWED[folder]))


def test_what_is_declared_is_imported():
    """Of the base and of training: tools, firmware, docs and tests also declare programs."""
    lists = declared()
    assert lists[""] | lists["train"] <= imported("training")
