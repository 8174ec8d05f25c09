# SPDX-License-Identifier: Apache-2.0
"""The core, compiled for the host under the address and undefined-behaviour sanitizers, and for QEMU."""

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from standin import TABLES, write_config

ROOT = Path(__file__).resolve().parents[3]
BARE = ROOT / "zephyr_app" / "bare"


def _done(*command: object) -> None:
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standin")
    write_config(folder / "pulse_config.h", TABLES)
    for name in ("pulse_model.c", "pulse_model.h"):
        (folder / name).write_bytes((ROOT / "tests" / "c" / "standin" / name).read_bytes())
    return folder


@pytest.fixture(scope="session")
def build(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    def build(*options: str) -> Path:
        folder = tmp_path_factory.mktemp("build")
        _done("cmake", "-S", BARE, "-B", folder, f"-DPULSE_MODEL_DIR={model_dir}", *options)
        _done("cmake", "--build", folder)
        return folder / "pulse.elf"

    return build


@pytest.fixture(scope="session")
def replay_program(build) -> Path:
    return build("-DPULSE_HOST=ON", "-DPULSE_SANITIZE=ON")


@pytest.fixture(scope="session")
def hops_program(build) -> Path:
    return build("-DPULSE_HOST=ON", "-DPULSE_SANITIZE=ON", f"-DPULSE_PROGRAM={ROOT}/tests/c/hops_program.c")


@pytest.fixture(scope="session")
def bare_image(build) -> Path:
    return build()


@pytest.fixture(scope="session")
def library(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The core as a shared library; undefined behaviour ends the test run."""
    path = tmp_path_factory.mktemp("library") / "core.so"
    core = ROOT / "zephyr_app" / "core"
    _done(
        *("gcc", "-std=c99", "-O1", "-shared", "-fPIC", "-fsanitize=undefined", "-fno-sanitize-recover=all"),
        *(f"-I{core}/include", f"-I{model_dir}", "-o", path, model_dir / "pulse_model.c"),
        *sorted((core / "src").glob("*.c")),
    )
    return ctypes.CDLL(str(path))
