# SPDX-License-Identifier: Apache-2.0
"""Build the bare-metal image and weigh it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wristpulse.support import command
from wristpulse_tools.firmware.places import ROOT
from wristpulse_tools.support import elf
from wristpulse_tools.support.locks import locked

BARE = ROOT / "zephyr_app" / "bare"
IMAGE = "pulse.elf"


class BuildError(command.CommandError):
    """A build that failed; the message ends with what the compiler printed last."""


@dataclass(frozen=True)
class Footprint:
    """Bytes of an image by what they are for. The network is kernels, generated code and weights."""

    network_flash: int
    estimator_flash: int  # alignment, front end, tracker, state
    estimator_ram: int  # struct pulse_estimator, the network's arena within
    align_ram: int  # struct pulse_align


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
    command.require("cmake", "ninja", error=BuildError)
    with locked(folder):
        for words in (configure, ["cmake", "--build", folder]):
            command.run(words, where=folder, error=BuildError)
    return folder / IMAGE


def footprint(image: Path) -> Footprint:
    """Weigh an image by its linker map (same folder, .map) and its symbols."""
    flash: Counter[str] = Counter()
    for path, size in elf.flash_by_object(image.with_suffix(".map")):
        if "/core/nn/" in path or "pulse_model" in path:
            flash["network"] += size
        elif "/core/" in path:
            flash["estimator"] += size
    structures = elf.weigh(image, lambda symbol: symbol.name)
    return Footprint(flash["network"], flash["estimator"], structures["estimator"], structures["align"])
