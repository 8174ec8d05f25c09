# SPDX-License-Identifier: Apache-2.0
"""Make a student one that ships: its folder in wristpulse/student and the C that firmware embeds."""

import shutil
import tempfile
from pathlib import Path

from wristpulse.student.card import CARD, MODEL, SHIPPED, STUDENTS, load_student
from wristpulse.support.errors import UserError
from wristpulse.support.files import replacing
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.firmware.places import EMBEDDED, EMBEDDED_STUDENTS


def release_as(name: str, student_folder: Path) -> None:
    """Release a student under its name in STUDENTS; UserError for another name."""
    if name not in STUDENTS:
        raise UserError("--name", "", " or ".join(STUDENTS), name)
    release(student_folder, STUDENTS[name], EMBEDDED_STUDENTS[name])


def release(student_folder: Path, shipped: Path = SHIPPED, embedded: Path = EMBEDDED) -> None:
    """Copy model and card of a checked student to `shipped`, and its generated C to `embedded`."""
    student = load_student(student_folder)
    with tempfile.TemporaryDirectory() as scratch:
        texts = {path.name: path.read_bytes() for path in embed(student, Path(scratch))}
    for folder in (shipped, embedded):
        folder.mkdir(parents=True, exist_ok=True)
    for name in (MODEL, CARD):
        with replacing(shipped / name) as beside:
            shutil.copyfile(student_folder / name, beside)
    for name, content in texts.items():
        with replacing(embedded / name) as beside:
            beside.write_bytes(content)
