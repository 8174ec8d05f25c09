# SPDX-License-Identifier: Apache-2.0
"""The files of a release: wheel, sdist, images of boards with their sizes and SBOM, and checksums.

    build/dist/
      pulse_on_a_wrist-0.2.0-py3-none-any.whl   pulse_on_a_wrist-0.2.0.tar.gz
      firmware/nrf52840dk.hex, .bin; with a key also .signed.hex, .signed.bin, .mcuboot.hex
      firmware/sbom/nrf52840dk/*.spdx; with a key also sbom/nrf52840dk.mcuboot/*.spdx
      SIZES.md   SHA256SUMS

Images need a Zephyr workspace and the SBOM west's `spdx`; where they are missing, a line says so.
"""

import hashlib
import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from wristpulse.support import command
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text
from wristpulse.support.markdown import table
from wristpulse_tools.firmware.places import BUILD, ROOT
from wristpulse_tools.firmware.zephyr_workspace import (
    BOARDS,
    WorkspaceError,
    build,
    build_with_bootloader,
    sizes,
    zephyr_base,
)

SUMS = "SHA256SUMS"
SIZES = "SIZES.md"
BOOTLOADER = "mcuboot"  # as sysbuild calls its folder and its options
IMAGES = (".hex", ".bin", ".signed.hex", ".signed.bin")
SIGNED = ("nrf52840dk",)  # boards whose devicetree has MCUboot's two slots
PRODUCTS = tuple(name for name, image in BOARDS.items() if image.endswith(".hex"))


class DistError(UserError):
    """A file of the release cannot be made; the message says which and why."""


def make(
    folder: Path, boards: Sequence[str] | None, say: Callable[[str], None], key: Path | None = None
) -> list[Path]:
    """Write all files of a release into `folder`, in place of an earlier one; their paths.

    boards: whose images are built; None: every board with a .hex, `["none"]`: no images.
    key: a PEM file; images are then signed for MCUboot, which is built too. Boards without its two slots
    get the plain image.
    Raises DistError for an unknown board, a missing key, or where the wheel cannot be built.
    """
    chosen = [] if boards == ["none"] else list(boards or PRODUCTS)
    if unknown := [name for name in chosen if name not in PRODUCTS]:
        raise DistError("--boards", "", f"{', '.join(PRODUCTS)} or none", ", ".join(unknown))
    if key and not key.is_file():
        raise DistError("--key", "", "a PEM file (imgtool keygen)", f"no file {key}")
    if folder.exists() and any(folder.iterdir()) and not (folder / SUMS).is_file():
        raise DistError(folder, "", "an empty folder or an earlier release", "other files")
    part = folder.with_name(f"{folder.name}.part")  # takes the folder's place when it is complete
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for path in packages(part):
        say(f"{path.name}: {path.stat().st_size} bytes")
    if chosen:
        try:
            zephyr_base()
        except WorkspaceError as error:
            say(f"no images: {error}")
        else:
            write_text(
                part / SIZES, size_table(row for name in chosen for row in images(name, part, say, key))
            )
    write_text(part / SUMS, checksums(part))
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    say(f"{folder / SUMS}")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def packages(folder: Path) -> tuple[Path, Path]:
    """Build wheel and sdist of the checkout into `folder`; DistError where hatchling is missing."""
    try:
        backend = importlib.import_module("hatchling.build")
    except ModuleNotFoundError:
        raise DistError("wheel", "", "the package hatchling", "none (extra `test`)") from None
    here = Path.cwd()
    try:
        os.chdir(ROOT)  # build backends work in the source's folder (PEP 517)
        made = [build_one(str(folder.resolve())) for build_one in (backend.build_wheel, backend.build_sdist)]
    finally:
        os.chdir(here)
    wheel, sdist = (folder / name for name in made)
    return wheel, sdist


def images(
    board: str, folder: Path, say: Callable[[str], None], key: Path | None = None
) -> list[tuple[str, dict[str, int]]]:
    """Build a board's image, and its bootloader if it is signed, and copy their files to folder/firmware.

    Returns name and bytes of flash and RAM of each.
    """
    signed = key if board in SIGNED else None
    place = BUILD / "dist-images" / (f"{board}-signed" if signed else board)
    say(f"{board}: building" + ("" if signed or not key else ", not signed: no slots for MCUboot"))
    firmware = folder / "firmware"
    firmware.mkdir(exist_ok=True)
    built = {board: place}
    if signed:
        built = {board: place / ROOT.name, f"{board}.{BOOTLOADER}": place / BOOTLOADER}
    problem = sbom_problem(zephyr_base())
    for part in built.values():
        problem = problem or _spdx("--init", "-d", part)
    meta = f"CONFIG_BUILD_OUTPUT_META={'n' if problem else 'y'}"
    if signed:
        option = f'-DSB_CONFIG_BOOT_SIGNATURE_KEY_FILE="{signed.resolve()}"'
        build_with_bootloader(board, place, option, f"-D{meta}", f"-D{BOOTLOADER}_{meta}")
    else:
        build(board, place, f"-D{meta}")
    for name, part in built.items():
        for ending in IMAGES if part.name != BOOTLOADER else (".hex",):
            made = part / "zephyr" / f"zephyr{ending}"
            if made.is_file():
                shutil.copyfile(made, firmware / f"{name}{ending}")
        documents = firmware / "sbom" / name
        fault = problem
        if not fault:
            documents.mkdir(parents=True)
            fault = _spdx("-d", part, "-s", documents, makes=documents)
        if fault:
            shutil.rmtree(documents, ignore_errors=True)
            say(f"{name}: no SBOM: {fault}")
    return [(name, sizes(part)) for name, part in built.items()]


def sbom_problem(base: Path) -> str:
    """Why `west spdx` cannot tell the revisions of this Zephyr, or nothing."""
    if not (base.parent / ".west").is_dir():
        return f"{base.parent}: expected a workspace of west, found no folder .west"
    if not (base / ".git").exists():
        return f"{base}: expected a git checkout, whose revision it states, found no .git"
    words = [sys.executable, "-m", "west", "list", "-f", "{cloned} {name}"]
    listed = command.attempt(words, cwd=base).stdout.splitlines()
    absent = [line.split()[1] for line in listed if line.startswith("not-cloned ")]
    if absent:  # Zephyr's build of its meta data ends there
        expected = f"{base.parent}: expected every project of its manifest (west update, or a project-filter)"
        return f"{expected}, found no {', '.join(absent)}"
    return ""


def _spdx(*words: object, makes: Path | None = None) -> str:
    """Run `west spdx` in the workspace; what is wrong, or nothing. It may fail with status 0 and no file."""
    line = [sys.executable, "-m", "west", "spdx", *map(str, words)]
    done = command.attempt(line, cwd=zephyr_base())
    if done.status == 0 and (makes is None or any(makes.glob("*.spdx"))):
        return ""
    said = (done.stderr or done.stdout).strip().splitlines()
    return (said or [f"status {done.status}"])[-1]


def size_table(images: Iterable[tuple[str, dict[str, int]]]) -> str:
    """Markdown table of flash and RAM by board, in bytes."""
    rows = [(f"`{board}`", size["flash"], size["ram"]) for board, size in images]
    return table(("image", "flash, B", "RAM, B"), rows) + "\n"


def checksums(folder: Path) -> str:
    """Lines of `sha256sum` for every file below `folder`; `sha256sum -c SHA256SUMS` checks them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    )
