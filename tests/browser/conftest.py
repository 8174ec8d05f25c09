# SPDX-License-Identifier: Apache-2.0
"""The page, built once, in Debian's Chromium without a window; an empty page for its modules alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import start, why_not
from page_modules import READ, Modules, as_text
from site_server import Site, serving

from wristpulse_tools.browser.page import build_page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_not()
    for item in items:
        if item.get_closest_marker("browser") and reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("ziglang", reason="no ziglang, which compiles the page's WebAssembly")
    return build_page(tmp_path_factory.mktemp("page")).page


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory):
    driver = start(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def modules(driver) -> Modules:
    return Modules(driver)


@pytest.fixture
def site(page: Path) -> Iterator[Site]:
    with serving(page) as site:
        yield site


@pytest.fixture
def read(modules: Modules) -> Callable[..., dict]:
    """What the page's readers make of files, given by name, `_` for `.` and `__` for `-`."""

    def read(**files: bytes | str) -> dict:
        named = [(name.replace("__", "-").replace("_", "."), content) for name, content in files.items()]
        given = [(name, as_text(x if isinstance(x, bytes) else x.encode())) for name, x in named]
        return modules.run("formats.js recording.js", READ, given)

    return read
