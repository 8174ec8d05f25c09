# SPDX-License-Identifier: Apache-2.0
"""Public functions of wristpulse state their parameters and results in numpydoc sections."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import wristpulse

PACKAGE = Path(wristpulse.__file__).parent
# Methods that another library calls, and those that a protocol describes: their parameters stand there.
CALLED_BY_KERAS = {"build", "call", "compute_output_shape", "on_epoch_begin", "on_epoch_end"}
DESCRIBED_ELSEWHERE = tuple(
    f"learning/{name}.py" for name in ("paper/__init__", "paper/by_steps", "spectral/__init__")
)
UNIT_IN_ONE_LINE = ("recordings/simulated/",)  # functions of the time alone


def public(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods, but no properties: these are described as attributes are."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body, f"{node.name}.")
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            if not any("property" in ast.unparse(decorator) for decorator in node.decorator_list):
                yield within + node.name, node


def lacking(function: ast.FunctionDef) -> list[str]:
    """What a docstring does not state."""
    text = ast.get_docstring(function) or ""
    given = function.args
    names = [
        a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs) if a.arg not in ("self", "cls")
    ]
    section = re.search(r"Parameters\n-+\n(.*?)(\n\n\w+\n---|\Z)", text, re.DOTALL)
    stated = set(re.findall(r"\w+", section[1])) if section else set()
    missing = [name for name in names if name not in stated]
    if function.returns is not None and not isinstance(function.returns, ast.Constant):
        if not re.search(r"(Returns|Yields)\n---", text):
            missing.append("Returns or Yields")
    return missing


FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
HELD = [name for name in FILES if not name.startswith(UNIT_IN_ONE_LINE) and name not in DESCRIBED_ELSEWHERE]


@pytest.mark.parametrize("name", HELD)
def test_public_functions_state_parameters_and_results(name):
    found = {
        of: missing
        for of, function in public(ast.parse((PACKAGE / name).read_text()).body)
        if function.name not in CALLED_BY_KERAS and (missing := lacking(function))
    }
    assert not found
