# SPDX-License-Identifier: Apache-2.0
"""Every number that Python and C share is stated once, in wristpulse.core.numbers."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from wristpulse.core import numbers
from wristpulse_tools.firmware.numbers import HEADER, numbers_header, write_numbers
from wristpulse_tools.firmware.places import APP

CORE = [*(APP / "core" / "src").glob("*.[ch]"), *(APP / "core" / "include" / "pulse").glob("*.h")]
SOURCE = Path(numbers.__file__).read_text()


def test_the_header_is_what_python_says():
    """So a number changed in the header alone fails here."""
    assert HEADER.read_text() == numbers_header(), "run `invoke numbers`"


def test_it_is_written_as_it_is_stated(tmp_path):
    assert write_numbers(tmp_path / "numbers.h").read_text() == numbers_header()


def assigned(node: ast.stmt) -> list[str]:
    """Names to which a statement of numbers.py gives a number or numbers."""
    names = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def header_if(name: str, change: Callable[[Any], Any]) -> str:
    """The header that numbers.py would give if the value of `name` were changed."""
    module = ast.parse(SOURCE)
    at = next(i for i, node in enumerate(module.body) if name in assigned(node))
    module.body[at + 1 : at + 1] = ast.parse(f"{name} = change({name})").body
    changed = ModuleType("changed_numbers")
    changed.__dict__["change"] = change
    exec(compile(ast.fix_missing_locations(module), name, "exec"), changed.__dict__)
    return numbers_header(changed.SHARED)


def one_more(value: Any, place: int) -> Any:
    """`value` with one added to the number at `place`; rows keep their kind."""
    if isinstance(value, tuple):
        parts, sizes = list(value), [np.size(part) for part in value]
        at = int(np.searchsorted(np.cumsum(sizes), place, side="right"))
        parts[at] = one_more(parts[at], place - sum(sizes[:at]))
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value + (np.arange(len(value)) == place) if isinstance(value, np.ndarray) else value + 1


# These follow from others, which the header has.
DERIVED = {"PPG_MAX", "WINDOW"}
NAMES = [name for node in ast.parse(SOURCE).body for name in assigned(node) if name not in DERIVED]


@pytest.mark.parametrize("name", NAMES)
def test_a_number_changed_by_one_in_python_differs_from_c(name):
    assert header_if(name, lambda value: value) == HEADER.read_text()
    for place in range(np.size(getattr(numbers, name))):
        assert header_if(name, lambda value, place=place: one_more(value, place)) != HEADER.read_text(), place


@pytest.mark.parametrize("name", numbers.SHARED)
def test_c_uses_it(name):
    others = (path.read_text() for path in CORE if path != HEADER)
    assert any(re.search(rf"\b{name}\b", text) for text in others)


def test_c_states_none_of_them_itself():
    known = {str(value) for value, _ in numbers.SHARED.values() if isinstance(value, int) and value > 5000}
    for path in CORE:
        if path != HEADER:
            code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
            assert not known & set(re.findall(r"\b\d+\b", code)), path
