# SPDX-License-Identifier: Apache-2.0
"""The student that ships and the C that firmware embeds by default belong together."""

from pathlib import Path

from wristpulse.student.card import RELEASED, load_student
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.firmware.places import EMBEDDED
from wristpulse_tools.firmware.release import release


def test_the_embedded_c_is_what_the_released_student_gives(tmp_path):
    generated = {path.name: path.read_text() for path in embed(load_student(RELEASED), tmp_path)}
    assert generated == {path.name: path.read_text() for path in EMBEDDED.iterdir()}


def test_releasing_again_changes_nothing(tmp_path):
    release(RELEASED, tmp_path / "released", tmp_path / "model")
    for folder, shipped in ((tmp_path / "released", RELEASED), (tmp_path / "model", EMBEDDED)):
        for path in folder.iterdir():
            assert path.read_bytes() == (shipped / path.name).read_bytes()


def test_the_released_card_names_whom_it_learnt_from_and_no_path():
    card = load_student(RELEASED).card
    assert card.subjects["train"] and card.configuration["data"]["dataset"]
    assert str(Path.home()) not in (RELEASED / "student.json").read_text()
