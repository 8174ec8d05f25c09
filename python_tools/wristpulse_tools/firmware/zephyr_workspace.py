# SPDX-License-Identifier: Apache-2.0
"""Find a Zephyr workspace and build this repository's images in it, through CMake from anywhere."""

import os
import re
import sys
from pathlib import Path
from typing import Any

from wristpulse.support import command
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.bare import BuildError
from wristpulse_tools.firmware.places import ROOT
from wristpulse_tools.support import elf
from wristpulse_tools.support.locks import locked

# How QEMU runs an image of board mps2_an386: console on the first UART, 62.5 MIPS as the board states.
MACHINE: dict[str, Any] = {"serial": "stdio", "shift": 4}
VERSION = (3, 7)  # what west.yml pins; another minor version may not build
BOARDS = {  # name: what runs or flashes the image; of other boards zephyr.elf
    "mps2_an386": "zephyr.elf",
    "native_sim": "zephyr.exe",
    "nrf52840dk": "zephyr.hex",
    "nucleo_wb55rg": "zephyr.hex",
}


class WorkspaceError(UserError):
    """There is no Zephyr to build with; the message says where it was looked for."""


def zephyr_base() -> Path:
    """Find Zephyr: by ZEPHYR_BASE, CMake's package registry, beside the repository, or in ~/zephyrproject.

    Returns
    -------
    Path

    Raises
    ------
    WorkspaceError
        There is none, or one of another version.
    """
    for place in _places():
        if (place / "share" / "zephyr-package" / "cmake").is_dir() and (place / "VERSION").is_file():
            found = _version(place)
            if found != VERSION:
                raise WorkspaceError(place, "VERSION", VERSION, found)
            return place
    raise WorkspaceError(
        "Zephyr: expected ZEPHYR_BASE, a workspace after `west zephyr-export` or ~/zephyrproject, found none"
    )


def _places() -> list[Path]:
    named = os.environ.get("ZEPHYR_BASE")
    if named:
        return [Path(named)]
    entries = sorted((Path.home() / ".cmake" / "packages" / "Zephyr").glob("*"))
    registered = [Path(entry.read_text().strip()).parents[2] for entry in entries]
    return [*registered, ROOT.parent / "zephyr", Path.home() / "zephyrproject" / "zephyr"]


def _version(base: Path) -> tuple[int, int]:
    numbers = dict(re.findall(r"^VERSION_(MAJOR|MINOR) *= *(\d+)", (base / "VERSION").read_text(), re.M))
    return int(numbers.get("MAJOR", 0)), int(numbers.get("MINOR", 0))


def update_commands(root: Path = ROOT) -> list[list[str]]:
    """List the commands that make or update the workspace around a checkout.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    list of list of str
    """
    make = [] if (root.parent / ".west").is_dir() else [["west", "init", "-l", str(root)]]
    return [*make, ["west", "update", "--narrow", "--fetch-opt=--depth=1"]]


def build(board: str, folder: Path, *options: str, source: Path = ROOT) -> Path:
    """Build the application, or another one, for a board.

    Parameters
    ----------
    board : str
    folder : Path
        The build folder.
    *options : str
        Further CMake arguments, as -DPULSE_MODEL_DIR=...
    source : Path
        Folder of the application.

    Returns
    -------
    Path
        The image.

    Raises
    ------
    WorkspaceError
        There is no Zephyr.
    BuildError
        It does not build.
    """
    _cmake(folder, source, board, *options)
    return Path(folder) / "zephyr" / BOARDS.get(board, "zephyr.elf")


def build_with_bootloader(board: str, folder: Path, *options: str, source: Path = ROOT) -> tuple[Path, Path]:
    """Build MCUboot and an application that is signed for it (sysbuild.conf).

    Parameters
    ----------
    board, folder, *options, source
        As `build` takes them.

    Returns
    -------
    mcuboot, application : Path
        Their build folders; the second holds zephyr/zephyr.signed.bin.

    Raises
    ------
    WorkspaceError, BuildError
        As `build` does.
    """
    _cmake(folder, zephyr_base() / "share" / "sysbuild", board, f"-DAPP_DIR={source}", *options)
    return Path(folder) / "mcuboot", Path(folder) / source.name


def _cmake(folder: Path, source: Path, board: str, *options: str) -> None:
    base = zephyr_base()
    command.require("cmake", "ninja", error=BuildError)
    for path in (base, source, Path(folder).resolve(), *options):
        if " " in str(path):  # Zephyr's build splits it there (zephyr issue 97637)
            raise BuildError(
                f"{path}: expected a path without a space for a Zephyr build; move what lies there"
            )
    environment = {**os.environ, "ZEPHYR_BASE": str(base)}
    configure = [
        *("cmake", "-G", "Ninja", "-S", source, "-B", folder, f"-DBOARD={board}"),
        # Zephyr's scripts need the packages of this Python.
        *(f"-DPython3_EXECUTABLE={sys.executable}", *options),
    ]
    with locked(Path(folder)):
        _configure(configure, Path(folder), environment)
        command.run(["cmake", "--build", folder], where=folder, error=BuildError, env=environment)


def _configure(words: list[object], folder: Path, environment: dict[str, str]) -> None:
    """Configure a build; once more without CMake's cache where that may name files that are gone."""
    cache = folder / "CMakeCache.txt"
    cached = cache.exists()
    try:
        command.run(words, where=folder, error=BuildError, env=environment)
    except BuildError:
        if not cached:
            raise
        cache.unlink(missing_ok=True)
        command.run(words, where=folder, error=BuildError, env=environment)


def sizes(folder: Path) -> dict[str, int]:
    """Sum the sections of a build's ELF image.

    Parameters
    ----------
    folder : Path
        The build folder.

    Returns
    -------
    dict of str to int
        Bytes of "flash" and "ram".
    """
    return elf.flash_and_ram(Path(folder) / "zephyr" / "zephyr.elf")
