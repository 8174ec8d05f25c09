# SPDX-License-Identifier: Apache-2.0
"""The core, compiled for the host under the address and undefined-behaviour sanitizers, and for QEMU."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from standin import ROOT, write_config

from wristpulse.core.track import TrackerTables

BARE = ROOT / "zephyr_app" / "bare"
STANDIN = ROOT / "tests" / "c" / "standin"


def _done(*command: object) -> None:
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="session")
def model_dirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of a stand-in network, for each front end."""
    folders = {}
    for front_end in ("window", "spectrum"):
        folders[front_end] = tmp_path_factory.mktemp(front_end)
        write_config(folders[front_end] / "pulse_config.h", front_end)
        for name in ("pulse_model.c", "pulse_model.h"):
            (folders[front_end] / name).write_bytes((STANDIN / name).read_bytes())
    return folders


@pytest.fixture(scope="session")
def build(model_dirs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    def build(*options: str, front_end: str = "window", tables: TrackerTables | None = None) -> Path:
        folder, model_dir = tmp_path_factory.mktemp("build"), model_dirs[front_end]
        if tables:
            model_dir = Path(shutil.copytree(model_dir, folder / "model"))
            write_config(model_dir / "pulse_config.h", front_end, tables)
        _done("cmake", "-S", BARE, "-B", folder, f"-DPULSE_MODEL_DIR={model_dir}", *options)
        _done("cmake", "--build", folder)
        return folder / "pulse.elf"

    return build


@pytest.fixture(scope="session")
def replay_programs(build) -> dict[str, Path]:
    options = ("-DPULSE_HOST=ON", "-DPULSE_SANITIZE=ON")
    return {front_end: build(*options, front_end=front_end) for front_end in ("window", "spectrum")}


@pytest.fixture(scope="session")
def replay_program(replay_programs) -> Path:
    return replay_programs["window"]


@pytest.fixture(scope="session")
def hops_program(build) -> Path:
    return build("-DPULSE_HOST=ON", "-DPULSE_SANITIZE=ON", f"-DPULSE_PROGRAM={ROOT}/tests/c/hops_program.c")


@pytest.fixture(scope="session")
def bare_images(build) -> dict[str, Path]:
    return {front_end: build(front_end=front_end) for front_end in ("window", "spectrum")}


@pytest.fixture(scope="session")
def library(model_dirs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The core as a shared library; undefined behaviour ends the test run."""
    path = tmp_path_factory.mktemp("library") / "core.so"
    core, model_dir = ROOT / "zephyr_app" / "core", model_dirs["window"]
    _done(
        *("gcc", "-std=c99", "-O1", "-shared", "-fPIC", "-fsanitize=undefined", "-fno-sanitize-recover=all"),
        *(f"-I{core}/include", f"-I{model_dir}", "-o", path, model_dir / "pulse_model.c"),
        *sorted((core / "src").glob("*.c")),
    )
    return ctypes.CDLL(str(path))
