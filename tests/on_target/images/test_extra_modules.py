# SPDX-License-Identifier: Apache-2.0
"""A user's own Zephyr module beside this repository's: neither displaces the other."""

from pathlib import Path

import pytest

from places import BUILD, ROOT
from wristpulse_tools.firmware import zephyr_workspace

pytestmark = pytest.mark.zephyr
SUITE = ROOT / "tests" / "zephyr" / "estimator"


@pytest.fixture
def module(tmp_path) -> Path:
    """A module with one option, on by default."""
    (tmp_path / "zephyr").mkdir()
    (tmp_path / "zephyr" / "module.yml").write_text("name: theirs\nbuild:\n  cmake: .\n  kconfig: Kconfig\n")
    (tmp_path / "Kconfig").write_text("config THEIRS\n\tbool\n\tdefault y\n")
    (tmp_path / "CMakeLists.txt").write_text("# Nothing to build.\n")
    return tmp_path


@pytest.mark.parametrize("where", ["command line", "environment"])
def test_both_modules_are_built(where, workspace, module, monkeypatch) -> None:
    folder = BUILD / "extra_modules" / where.replace(" ", "_")
    (folder / "CMakeCache.txt").unlink(missing_ok=True)  # the environment counts in the first run only
    options = [f"-DEXTRA_ZEPHYR_MODULES={module}"]
    if where == "environment":
        monkeypatch.setenv("EXTRA_ZEPHYR_MODULES", str(module))
        options = []
    for _ in range(2):  # the second run finds the cache of the first
        zephyr_workspace.build("native_sim", folder, *options, source=SUITE)
    config = (folder / "zephyr" / ".config").read_text()
    assert "CONFIG_THEIRS=y\n" in config and "CONFIG_PULSE_ESTIMATOR=y\n" in config
