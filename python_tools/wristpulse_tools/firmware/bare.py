# SPDX-License-Identifier: Apache-2.0
"""Build the bare-metal image and weigh it."""

import fcntl
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.places import ROOT

BARE = ROOT / "zephyr_app" / "bare"
IMAGE = "pulse.elf"


class BuildError(UserError):
    """A build that failed; the message ends with the compiler's own words."""


@dataclass(frozen=True)
class Footprint:
    """Bytes of an image by what they are for. The network is kernels, generated code and weights."""

    network_flash: int
    estimator_flash: int  # alignment, front end, tracker, state
    estimator_ram: int  # struct pulse_estimator, the network's arena within
    align_ram: int  # struct pulse_align


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a build folder to one process at a time; others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build_bare(model: Path, folder: Path, *options: str) -> Path:
    """Build zephyr_app/bare with the C of `model`; the image's path. BuildError if it does not build."""
    configure = [
        "cmake",
        "-G",
        "Ninja",
        "-S",
        BARE,
        "-B",
        folder,
        f"-DPULSE_MODEL_DIR={model.resolve()}",
        *options,
    ]
    with locked(folder):
        for command in (configure, ["cmake", "--build", folder]):
            try:
                run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
            except FileNotFoundError:
                raise BuildError(
                    f"{command[0]}: expected in PATH, found none (Debian: apt-get install cmake)"
                ) from None
            if run.returncode:
                said = (run.stdout + run.stderr)[-2000:]
                raise BuildError(f"{folder}: {' '.join(map(str, command[:2]))} failed:\n{said}")
    return folder / IMAGE


def footprint(image: Path) -> Footprint:
    """Weigh an image by its linker map (same folder, .map) and its symbols."""
    flash = defaultdict(int)
    for path, size in _placed(image.with_suffix(".map").read_text(), ("text", "rodata", "data")):
        flash[
            "network"
            if "/core/nn/" in path or "pulse_model" in path
            else "estimator"
            if "/core/" in path
            else ""
        ] += size
    with image.open("rb") as file:
        symbols = {s.name: s["st_size"] for s in ELFFile(file).get_section_by_name(".symtab").iter_symbols()}
    return Footprint(flash["network"], flash["estimator"], symbols["estimator"], symbols["align"])


def _placed(text: str, kinds: tuple[str, ...]):
    """(object file, bytes) of every input section that the linker kept."""
    kept = text.split("Linker script and memory map", 1)[1]
    pattern = rf"^ \.(?:{'|'.join(kinds)})\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+\.(?:obj|o))$"
    for match in re.finditer(pattern, kept, re.MULTILINE):
        yield match[2], int(match[1], 16)
