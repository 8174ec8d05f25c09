# SPDX-License-Identifier: Apache-2.0
"""Every number that Python and C share is stated once, in wristpulse.core.numbers."""

import re

import numpy as np
import pytest

from wristpulse.core import numbers
from wristpulse_tools.firmware.numbers import HEADER, numbers_header, write_numbers
from wristpulse_tools.firmware.places import APP

CORE = [*(APP / "core" / "src").glob("*.[ch]"), *(APP / "core" / "include" / "pulse").glob("*.h")]
DEFINED = re.compile(r"#define (PULSE_\w+) (.*?)(?<!\\)\n", re.S)


def test_the_header_is_what_python_says():
    assert HEADER.read_text() == numbers_header(), "run `invoke numbers`"


@pytest.mark.parametrize("name", numbers.SHARED)
def test_a_number_that_differs_by_one_in_either_half_is_noticed(name, monkeypatch, tmp_path):
    header = HEADER.read_text()
    value, comment = numbers.SHARED[name]
    other = value + 1 if isinstance(value, int) else np.array(value) + 1
    monkeypatch.setitem(
        numbers.SHARED, name, (other if isinstance(value, int) else _alike(value, other), comment)
    )
    assert numbers_header() != header
    assert dict(DEFINED.findall(numbers_header()))[name] != dict(DEFINED.findall(header))[name]
    assert write_numbers(tmp_path / "numbers.h").read_text() == numbers_header()


def _alike(value, other: np.ndarray):
    """`other` as rows where `value` is rows."""
    return tuple(map(tuple, other.tolist())) if isinstance(value, tuple) else other


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
