# SPDX-License-Identifier: Apache-2.0
"""Where firmware can run a replay: each target builds the C of a student and gives a program to run."""

from collections.abc import Callable
from pathlib import Path

from wristpulse.support.command import attempt
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware import qemu, zephyr_workspace
from wristpulse_tools.firmware.bare import build_bare
from wristpulse_tools.hardware import line, probe
from wristpulse_tools.hardware.boards import Board
from wristpulse_tools.replay.replay import Program


def bare(model: Path, folder: Path, *options: str) -> Program:
    """QEMU's Cortex-M4F without an RTOS."""
    image = build_bare(model, folder / "bare", *options)
    return lambda file, on_line: qemu.run(image, file, on_line=on_line)


def host(model: Path, folder: Path, *options: str) -> Program:
    """This machine."""
    program = build_bare(model, folder / "host", "-DPULSE_HOST=ON", *options)
    return lambda file, on_line: _run(program, str(file), on_line)


def zephyr(model: Path, folder: Path, *options: str) -> Program:
    """The Zephyr application on QEMU's Cortex-M4F: drivers, threads and all."""
    image = zephyr_workspace.build(
        "mps2_an386", folder / "mps2_an386", f"-DPULSE_MODEL_DIR={model.resolve()}", *options
    )
    return lambda file, on_line: qemu.run(image, file, on_line=on_line, **zephyr_workspace.MACHINE)


def native_sim(model: Path, folder: Path, *options: str) -> Program:
    """The Zephyr application as a program of this machine."""
    image = zephyr_workspace.build(
        "native_sim", folder / "native_sim", f"-DPULSE_MODEL_DIR={model.resolve()}", *options
    )
    return lambda file, on_line: _run(image, f"--replay={file}", on_line)


def nearest() -> str:
    """Target nearest to the product that this machine can emulate: zephyr, or bare without a workspace."""
    try:
        zephyr_workspace.zephyr_base()
    except zephyr_workspace.WorkspaceError:
        return "bare"
    return "zephyr"


def on_board(board: Board, model: Path, folder: Path) -> Program:
    """A real board, flashed when it is first used; the recording goes over its serial line."""
    build = folder / f"{board.name}-serial"
    options = ("-DSNIPPET=pulse-replay-serial", f"-DPULSE_MODEL_DIR={model.resolve()}")
    zephyr_workspace.build(board.board, build, *options)
    flashed: list[Path] = []

    def start() -> None:
        if flashed:
            probe.reset(board)
        else:
            probe.flash(board, build)
            flashed.append(build)

    return lambda file, on_line: line.run(board, file, on_line, start)


def program_for(
    target: str, model: Path, folder: Path, board: Board | None = None, leds: int = 1, lag: int = 0
) -> Program:
    """Build what a user names as --target, with the C files of `model`.

    leds: that the estimator fuses. lag: hops that smoothed results wait for, 0 for none of them.
    UserError if there is no such target, or none for so many LEDs.
    """
    if target == "qemu":
        target = nearest()
    if target == "board":
        if board is None:
            raise UserError("--board", "", "a board of boards/hardware.toml", "none")
        if (leds, lag) != (1, 0):
            found = "--leds all" if leds > 1 else "--lag"
            raise UserError(found, "--target board", f"one of {', '.join(TARGETS)}", "board")
        return on_board(board, model, folder)
    if target not in TARGETS:
        raise UserError("--target", "", f"one of {', '.join([*TARGETS, 'qemu', 'board'])}", target)
    options = _variant(target, leds, lag)
    return TARGETS[target](model, folder / variant_name(leds, lag), *options)


def variant_name(leds: int, lag: int) -> str:
    """Folder of a build for several LEDs or smoothed results; "" for the usual one."""
    return "-".join([f"{leds}-leds"] * (leds > 1) + [f"lag-{lag}"] * (lag > 0))


def _variant(target: str, leds: int, lag: int) -> list[str]:
    """CMake's options for several LEDs and smoothed results."""
    if target not in NEED_ZEPHYR:
        return [f"-DPULSE_LEDS={leds}"] * (leds > 1) + [f"-DPULSE_SMOOTH_HOPS={lag}"] * (lag > 0)
    if leds > CHIP_LEDS:
        raise UserError(
            f"--target {target}", "", f"a recording of 1 to {CHIP_LEDS} LEDs, as the emulated chip has", leds
        )
    snippet = [f"-DSNIPPET=pulse-leds-{leds}"] * (leds > 1)
    return snippet + [f"-DCONFIG_PULSE_SMOOTH_HOPS={lag}"] * (lag > 0)


def _run(program: Path, argument: str, on_line: Callable[[str], None]) -> qemu.Exit:
    done = attempt([program, argument])
    for said in done.stdout.splitlines():
        on_line(said)
    return qemu.Exit(done.status or 0, done.stdout + done.stderr)


# Name -> (folder of the C files, folder for the build, CMake's options) -> program. BuildError if it cannot
# be built, WorkspaceError where Zephyr is needed and there is none.
TARGETS: dict[str, Callable[..., Program]] = {
    "bare": bare,
    "host": host,
    "zephyr": zephyr,
    "native_sim": native_sim,
}
NEED_ZEPHYR = ("zephyr", "native_sim")
CHIP_LEDS = 3  # of the emulated MAX30101; bare and host take the four of a .pulse file
