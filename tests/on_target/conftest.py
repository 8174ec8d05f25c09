# SPDX-License-Identifier: Apache-2.0
"""Images for the emulated board, built once a session, and a way to boot them."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from python_tools import firmware, qemu, zephyr_workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python" / "core"))

from emulator import CortexQemu, Firmware, NativeSim  # noqa: E402
from places import BUILD, ROOT  # noqa: E402
from standin import TABLES, predict, write_config  # noqa: E402

from training.estimator import Estimator  # noqa: E402

MACHINES = {"bare": {}, "mps2_an386": zephyr_workspace.MACHINE}


def pytest_configure(config: pytest.Config) -> None:
    # pytest-embedded's own use of record_xml_attribute.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestExperimentalApiWarning")


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """C of the stand-in network: what is tested here is the way to it and from it, not its weights."""
    folder = BUILD / "model"
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder / "pulse_config.h", "window")
    for name in ("pulse_model.c", "pulse_model.h"):
        shutil.copyfile(ROOT / "tests" / "c" / "standin" / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def reference() -> Estimator:
    return Estimator(predict, TABLES)


@pytest.fixture(scope="session")
def workspace() -> Path:
    try:
        return zephyr_workspace.zephyr_base()
    except zephyr_workspace.WorkspaceError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def images(model_dir: Path, request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Image of a kind, `bare` or a board of Zephyr's, built where it is first asked for."""
    built: dict[str, Path] = {}

    def image(kind: str) -> Path:
        if kind != "bare":
            request.getfixturevalue("workspace")
        if kind not in built:
            folder, model = BUILD / kind, f"-DPULSE_MODEL_DIR={model_dir}"
            built[kind] = (
                firmware.build_bare(model_dir, folder)
                if kind == "bare"
                else zephyr_workspace.build(kind, folder, model)
            )
        return built[kind]

    return image


@pytest.fixture
def boot(dut, msg_queue, images) -> Callable[..., Firmware]:
    """Boot an image of a kind with one argument; every emulator ends with the test."""
    if shutil.which(qemu.QEMU) is None:
        pytest.skip(f"{qemu.QEMU}: not in PATH")
    started: list[CortexQemu | NativeSim] = []
    service = {"msg_queue": msg_queue, "meta": dut._meta}

    def boot(kind: str, argument: Path | None = None, image: Path | None = None, **machine) -> Firmware:
        image = image or images(kind)
        if kind == "native_sim":
            started.append(NativeSim(image, argument, **service))
        else:
            started.append(CortexQemu(image, argument, machine={**MACHINES[kind], **machine}, **service))
        return Firmware(started[-1], dut)

    yield boot
    for emulator in started:
        emulator.terminate()
        emulator.wait(10)
