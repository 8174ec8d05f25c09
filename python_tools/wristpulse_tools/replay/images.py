# SPDX-License-Identifier: Apache-2.0
"""Images for replays: built once for each student and target, shared by all replays of them."""

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wristpulse.student.card import SHIPPED, Student
from wristpulse_tools.firmware.bare import IMAGE, Footprint, footprint
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.hardware.boards import Board
from wristpulse_tools.replay.replay import Program
from wristpulse_tools.replay.targets import program_for, variant_name
from wristpulse_tools.support.locks import locked

IMAGES = BUILD / "images"


@dataclass(frozen=True)
class ReplayImage:
    """Firmware with a student in it, and what it weighs where that is known."""

    program: Program
    size: Footprint | None


def image_for(
    student: Student,
    target: str,
    board: Board | None = None,
    images: Path = IMAGES,
    leds: int = 1,
    lag: int = 0,
) -> ReplayImage:
    """Build `target` with a student, unless it is there; leds, lag: as of `program_for`.

    What embedding and building raise.
    """
    folder = images / _name(student.folder)
    with locked(folder):
        embed_changes(student, folder / "c")
        program = program_for(target, folder / "c", folder, board, leds, lag)
        size = footprint(folder / variant_name(leds, lag) / "bare" / IMAGE) if target == "bare" else None
    return ReplayImage(program, size)


def embed_changes(student: Student, folder: Path) -> None:
    """Write the student's C files where they differ: what did not change is not compiled again."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for made in embed(student, Path(scratch)):
            kept = folder / made.name
            if not kept.exists() or kept.read_bytes() != made.read_bytes():
                shutil.copyfile(made, kept)


def _name(student: Path) -> str:
    """A folder's name for a student's folder: its own, and a digest that tells it from others of the name."""
    if student.resolve() == SHIPPED.resolve():
        return "shipped"
    return (
        f"{student.resolve().parent.name}-{hashlib.sha256(str(student.resolve()).encode()).hexdigest()[:8]}"
    )
