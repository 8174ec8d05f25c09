# SPDX-License-Identifier: Apache-2.0
"""Images for the emulated board, built once a session, and a way to boot them."""

import filecmp
import hashlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wristpulse_tools.firmware import bare as firmware
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.hardware import probe
from wristpulse_tools.hardware.boards import Board, HardwareError, load_board

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python" / "core"))

from standin import TABLES, predict, write_config  # noqa: E402

from emulator import CortexQemu, Firmware, NativeSim  # noqa: E402
from on_board import BoardFirmware  # noqa: E402
from places import BUILD, ROOT  # noqa: E402
from timing import Timing  # noqa: E402
from wristpulse.core.estimator import Estimator  # noqa: E402

BOARD = pytest.StashKey[Board | None]()  # what --board names
MACHINES = {"bare": {}, "mps2_an386": zephyr_workspace.MACHINE}
SERIAL = "-DSNIPPET=pulse-replay-serial"
EMULATED = [
    "bare",
    *(pytest.param(board, marks=pytest.mark.zephyr) for board in ("mps2_an386", "native_sim")),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--board", help="run the tests marked hardware on this board of boards/hardware.toml")
    parser.addoption("--accept", action="store_true", help="make what firmware gives now the expectation")


def pytest_configure(config: pytest.Config) -> None:
    name = config.getoption("--board", None)
    try:
        config.stash[BOARD] = load_board(name) if name else None
    except HardwareError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a `kind` runs on every emulated machine, or on the board that --board names."""
    if "kind" in metafunc.fixturenames:
        board = metafunc.config.stash[BOARD]
        metafunc.parametrize("kind", [board.name] if board else EMULATED)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.stash[BOARD]:
        kept = [item for item in items if item.get_closest_marker("hardware")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """C of the stand-in network: what is tested here is the way to it and from it, not its weights."""
    folder, made = BUILD / "model", tmp_path_factory.mktemp("model")
    folder.mkdir(parents=True, exist_ok=True)
    write_config(made / "pulse_config.h", "window")
    for name in ("pulse_model.c", "pulse_model.h"):
        shutil.copyfile(ROOT / "tests" / "c" / "standin" / name, made / name)
    # What another run may be building from is left alone.
    for file in made.iterdir():
        if not (folder / file.name).exists() or not filecmp.cmp(file, folder / file.name, shallow=False):
            shutil.copyfile(file, folder / file.name)
    return folder


@pytest.fixture(scope="session")
def reference() -> Estimator:
    return Estimator(predict, TABLES)


@pytest.fixture(scope="session")
def workspace() -> Path:
    """Zephyr's own folder; a test that asks for it is skipped where there is none."""
    try:
        return zephyr_workspace.zephyr_base()
    except zephyr_workspace.WorkspaceError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def board(request: pytest.FixtureRequest) -> Board | None:
    """The real board to test on, None for emulators."""
    return request.config.stash[BOARD]


@pytest.fixture(scope="session")
def images(model_dir: Path, request: pytest.FixtureRequest, board: Board | None) -> Callable[[str], Path]:
    """Image of a kind, `bare`, a board of Zephyr's or the real board, built where it is first asked for."""
    built: dict[str, Path] = {}

    def build(kind: str) -> Path:
        folder, model = BUILD / kind, f"-DPULSE_MODEL_DIR={model_dir}"
        if kind == "bare":
            return firmware.build_bare(model_dir, folder)
        if board and kind == board.name:
            return zephyr_workspace.build(board.board, BUILD / f"{kind}-serial", model, SERIAL)
        return zephyr_workspace.build(kind, folder, model)

    def image(kind: str) -> Path:
        if kind not in built:
            built[kind] = build(kind)
        return built[kind]

    return image


@pytest.fixture(scope="session")
def start(board: Board | None) -> Callable[[Path], None]:
    """Start an image on the real board; it is flashed only where another one was there before."""
    there: list[str] = []

    def start(image: Path) -> None:
        print_of = hashlib.sha256(image.read_bytes()).hexdigest()
        if there == [print_of]:
            probe.reset(board)
        else:
            there.clear()
            probe.flash(board, image.parents[1])
            there.append(print_of)

    return start


@pytest.fixture(scope="session")
def timing(pytestconfig: pytest.Config) -> Timing:
    """Where tests put what a hop costs; build/on_target/timing.json at the end."""
    timing = Timing(pytestconfig.getoption("--accept", False))
    yield timing
    timing.write()


@pytest.fixture
def boot(dut, msg_queue, images, board, start) -> Callable[..., Firmware]:
    """Boot an image of a kind with one argument; every emulator ends with the test."""
    started: list[Firmware] = []
    service = {"msg_queue": msg_queue, "meta": dut._meta}

    def boot(kind: str, argument: Path | None = None, image: Path | None = None, **machine) -> Firmware:
        image = image or images(kind)
        if board and kind == board.name:
            for one in started:  # there is one serial line
                one.close()
            started.clear()
            started.append(BoardFirmware(board, dut, argument, lambda: start(image), **service))
            return started[-1]
        if kind == "native_sim":
            emulator = NativeSim(image, argument, **machine, **service)
        else:
            emulator = CortexQemu(image, argument, machine={**MACHINES[kind], **machine}, **service)
        started.append(Firmware(emulator, dut))
        return started[-1]

    yield boot
    for one in started:
        one.close()
