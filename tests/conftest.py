# SPDX-License-Identifier: Apache-2.0
"""What a marked test needs of the machine; where it is missing, the test is skipped with the reason."""

import functools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.order import images_first
from tests.shapes import check_signatures

check_signatures()

from wristpulse_tools.firmware import qemu  # noqa: E402
from wristpulse_tools.firmware.zephyr_workspace import WorkspaceError, zephyr_base  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]

# Images and programs differ from each other in a few files. ccache, where there is one, compiles a file once
# for all of them: paths below build/ are hashed as relative ones, the build folder itself is not hashed.
if shutil.which("ccache"):
    os.environ.setdefault("CMAKE_C_COMPILER_LAUNCHER", "ccache")  # Zephyr calls it without being told
    os.environ.setdefault("CCACHE_BASEDIR", str(ROOT / "build"))
    os.environ.setdefault("CCACHE_NOHASHDIR", "1")


def _data_folder() -> Path:
    return Path(os.environ.get("PULSE_DATA", ROOT.parent / "shared" / "data"))


def _no_recordings() -> str | None:
    folder = _data_folder()
    return None if folder.is_dir() else f"no real recordings in {folder} (set PULSE_DATA)"


def _no_workspace() -> str | None:
    try:
        zephyr_base()
    except WorkspaceError as error:
        return str(error)
    return None


def _no_programs(*programs: str) -> str | None:
    missing = [program for program in programs if shutil.which(program) is None]
    return f"not in PATH: {', '.join(missing)}" if missing else None


# By marker: why a test so marked cannot run here, or None.
MISSING: dict[str, Callable[[], str | None]] = {
    "dataset": functools.cache(_no_recordings),
    "zephyr": functools.cache(_no_workspace),
    "qemu": functools.partial(_no_programs, "arm-none-eabi-gcc", qemu.QEMU),
    "nix": functools.partial(_no_programs, "nix"),
}


def pytest_configure(config: pytest.Config) -> None:
    # pytest-embedded's own use of record_xml_attribute.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestExperimentalApiWarning")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--board", None):  # on a board, as few images as can be are flashed
        images_first(items)
    for item in items:
        for marker, missing in MISSING.items():
            if item.get_closest_marker(marker) and (reason := missing()):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings; the test that asks for it carries the marker `dataset`."""
    return _data_folder()
