# SPDX-License-Identifier: Apache-2.0
"""Where there is ccache, tests that build the same sources in several folders compile them once."""

import shutil
from pathlib import Path

import pytest

from wristpulse.support.command import run

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(not shutil.which("ccache"), reason="not in PATH: ccache")
def test_two_build_folders_share_their_objects(tmp_path, monkeypatch) -> None:
    """As Zephyr's builds do it: with debug information and a header that is generated below build/."""
    monkeypatch.setenv("CCACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "main.c").write_text('#include "generated.h"\nint main(void) { return ANSWER; }\n')
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\n"
        "project(once C)\n"
        'file(WRITE ${CMAKE_BINARY_DIR}/generated.h "#define ANSWER 0\\n")\n'
        "add_executable(once main.c)\n"
        "target_compile_options(once PRIVATE -g)\n"
        "target_include_directories(once PRIVATE ${CMAKE_BINARY_DIR})\n"
    )
    for name in ("first", "second"):
        folder = ROOT / "build" / "compile_once" / name
        shutil.rmtree(folder, ignore_errors=True)
        run(["cmake", "-S", tmp_path, "-B", folder])
        before = _hits()
        run(["cmake", "--build", folder])
    assert _hits() == before + 1


def _hits() -> int:
    counts = dict(line.split() for line in run(["ccache", "--print-stats"]).stdout.splitlines())
    return int(counts["direct_cache_hit"]) + int(counts["preprocessed_cache_hit"])
