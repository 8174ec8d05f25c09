# SPDX-License-Identifier: Apache-2.0
"""The build: the same bytes each time, one file, any student."""

import shutil

import pytest

from wristpulse.student.card import SHIPPED
from wristpulse_tools.browser.page import SOURCE, UNBUILT, build_page

pytest.importorskip("ziglang", reason="no ziglang, which compiles the page's WebAssembly")


def test_a_build_is_one_file_and_repeats_itself(tmp_path) -> None:
    made = build_page(tmp_path / "a")
    student = shutil.copytree(SHIPPED, tmp_path / "student")  # by way of its own generated C
    again = build_page(tmp_path / "b", student)
    assert [path.name for path in made.page.parent.iterdir()] == ["index.html"]
    assert made.page.read_bytes() == again.page.read_bytes()
    assert made.size == made.page.stat().st_size < 250_000


def test_the_source_says_that_it_is_one(tmp_path) -> None:
    assert UNBUILT in (SOURCE / "index.html").read_text()
    assert UNBUILT not in build_page(tmp_path).page.read_text()


def test_a_source_out_of_form_is_refused(tmp_path) -> None:
    source = shutil.copytree(SOURCE, tmp_path / "source")
    page = source / "index.html"
    page.write_text(page.read_text().replace("<style></style>", ""))
    with pytest.raises(ValueError, match="index.html: expected one empty <style>, found another number"):
        build_page(tmp_path / "out", source=source)
