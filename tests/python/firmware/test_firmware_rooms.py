# SPDX-License-Identifier: Apache-2.0
"""The folders of the firmware include each other one way only, and its names do not hide libc's."""

import re
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[3] / "zephyr_app"
DRIVERS = [f"drivers/sensor/{name}/*.[ch]" for name in ("ppg", "max3010x", "max86141")]
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
# A folder includes itself and those before it.
FLOORS = ["settings", "health", "estimation", "sensing", "stream", "ble", "shell", "replay"]
# File-scope functions that would hide one of libc's or POSIX's, or say nothing.
TAKEN = "open close print set reset send accept listen raise read bind connect abort exit"
FUNCTION = re.compile(rf"^(?:static )?[\w *]+?\b({'|'.join(TAKEN.split())})\(", re.M)
# A header of comments and macros declares nothing that a linker sees.
MACROS_ONLY = re.compile(r"(?:\s+|/\*.*?\*/|#(?:[^\\\n]|\\\n)*\n)*", re.S)


def room(path: Path) -> str:
    return path.parent.name


def sources(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in APP.glob(pattern)]
    assert found
    return sorted(found)


@pytest.mark.parametrize("path", sources("src/*/*.[ch]", "replay/*.[ch]"), ids=lambda path: path.name)
def test_a_folder_includes_those_below_it_only(path) -> None:
    below = FLOORS[: FLOORS.index(room(path)) + 1]
    rooms = {name.split("/")[0] for name in INCLUDE.findall(path.read_text()) if "/" in name}
    assert rooms <= set(below) - {room(path)}, path


def circles(includes: dict[str, set[str]]) -> list[str]:
    """Files that reach themselves."""

    def reach(name: str, seen: set[str]) -> set[str]:
        for other in includes.get(name, set()) - seen:
            seen |= {other}
            seen |= reach(other, seen)
        return seen

    return [name for name in includes if name in reach(name, set())]


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]


@pytest.mark.parametrize("pattern", ["src/*/*.c", "src/*/*.h", *DRIVERS])
def test_no_file_needs_itself(pattern) -> None:
    """Neither does x.c call what calls x.c, nor x.h include what includes x.h."""
    includes: dict[str, set[str]] = {}
    for path in sources(pattern):
        others = {Path(name).stem for name in INCLUDE.findall(path.read_text())} - {path.stem}
        includes.setdefault(path.stem, set()).update(others)
    assert circles(includes) == []


@pytest.mark.parametrize(
    "path", sources("src/**/*.c", "replay/*.c", "drivers/**/*.c"), ids=lambda path: path.name
)
def test_no_function_hides_one_of_libc(path) -> None:
    assert FUNCTION.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "path", sources("core/include/pulse/*.h", "drivers/include/**/*.h"), ids=lambda p: p.name
)
def test_public_headers_are_for_cplusplus_too(path) -> None:
    text = path.read_text()
    assert 'extern "C" {' in text or MACROS_ONLY.fullmatch(text), path
