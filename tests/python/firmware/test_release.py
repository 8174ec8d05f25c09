# SPDX-License-Identifier: Apache-2.0
"""The student that ships and the C that firmware embeds by default belong together."""

import json
import shutil
from pathlib import Path

import pytest

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse.student.card import CARD, MODEL, SHIPPED, STUDENTS, CardError, load_student
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.firmware.places import EMBEDDED, EMBEDDED_STUDENTS
from wristpulse_tools.firmware.release import release, release_as
from wristpulse_tools.replay import targets
from wristpulse_tools.replay.replay import replay


@pytest.mark.parametrize("name", STUDENTS)
def test_the_embedded_c_is_what_the_student_gives(name, tmp_path):
    generated = {path.name: path.read_text() for path in embed(load_student(name), tmp_path)}
    assert generated == {path.name: path.read_text() for path in EMBEDDED_STUDENTS[name].iterdir()}


def test_the_student_taught_by_nobody_learnt_from_no_person():
    card = load_student("nobody").card
    assert card.configuration["world"]["share"] == 1.0
    assert all("simulated sessions" in who for role in card.subjects.values() for who in role)


def test_a_name_that_is_none_is_refused(tmp_path):
    with pytest.raises(UserError, match="--name: expected nobody or people, found somebody"):
        release_as("somebody", tmp_path)


def test_firmware_with_either_student_equals_the_reference(tmp_path):
    """On this machine; the same C runs on every target."""
    stream = to_counts(simulate(3, 60.0))
    for name in STUDENTS:
        program = targets.host(EMBEDDED_STUDENTS[name], tmp_path / name)
        run = replay(program, stream, tmp_path / f"{name}.pulse")
        assert run.results == load_student(name).estimator().run(stream)


def test_releasing_again_changes_nothing(tmp_path):
    release(SHIPPED, tmp_path / "shipped", tmp_path / "model")
    for folder, shipped in ((tmp_path / "shipped", SHIPPED), (tmp_path / "model", EMBEDDED)):
        for path in folder.iterdir():
            assert path.read_bytes() == (shipped / path.name).read_bytes()


@pytest.mark.parametrize("name", STUDENTS)
def test_a_card_names_whom_the_student_learnt_from_and_no_path(name):
    card = load_student(name).card
    assert card.configuration["name"] == name and card.subjects["train"]
    assert bool(card.configuration["data"]["dataset"]) == (name == "people")
    assert str(Path.home()) not in (STUDENTS[name] / CARD).read_text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"front_end": "ears"}, "front_end: expected the card of a student, found Invalid enum value 'ears'"),
        ({"parameters": "many"}, "parameters: expected the card of a student, found Expected `int`"),
        ({"tracker": {}}, "tracker: expected the card of a student, found Object missing required field"),
        ({"tracker": {"valid": 40000}}, "tracker: .*tracker tables: valid: expected 0 to 32768, found 40000"),
        ({"model_sha256": "0"}, "model_sha256: expected [0-9a-f]{64}, found 0"),
    ],
)
def test_a_card_that_does_not_fit_is_one_line(tmp_path, change, message):
    shutil.copy(SHIPPED / MODEL, tmp_path)
    card = json.loads((SHIPPED / CARD).read_text())
    for field, value in change.items():
        whole = field == "tracker" and value
        card[field] = {**card[field], **value} if whole else value
    (tmp_path / CARD).write_text(json.dumps(card))
    with pytest.raises(CardError, match=message) as raised:
        load_student(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_card_without_a_field_names_it(tmp_path):
    card = json.loads((SHIPPED / CARD).read_text())
    del card["subjects"]
    (tmp_path / CARD).write_text(json.dumps(card))
    with pytest.raises(CardError, match="student.json: .* missing required field `subjects`"):
        load_student(tmp_path)
