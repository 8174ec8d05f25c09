# SPDX-License-Identifier: Apache-2.0
import keras
import numpy as np
import pytest

from wristpulse.config.networks import Student, Teacher
from wristpulse.learning.losses import RELATIONS
from wristpulse.models import student, teacher

# Parameter counts of the paper's networks (shared/separate trunk; across/separate fusion), scalar head.
PAPER = {("teacher", "shared"): 147_473, ("teacher", "separate"): 245_665, ("student", "across"): 29_497}


@pytest.mark.parametrize("trunk", ["shared", "separate"])
def test_the_teacher_has_the_papers_size(trunk):
    assert teacher.build(Teacher(trunk=trunk, head="scalar")).count_params() == PAPER["teacher", trunk]


def test_the_student_is_a_fifth_of_the_teacher():
    size = student.build(Student(head="scalar")).count_params()
    assert size == PAPER["student", "across"]
    assert PAPER["teacher", "shared"] / size == pytest.approx(5, abs=0.01)


def windows(n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(n)
    return [rng.normal(size=(n, 1, 256, c)).astype("float32") for c in (1, 3)]


@pytest.mark.parametrize("head", ["bins", "scalar"])
def test_teacher_and_student_offer_what_every_relation_compares(head):
    taught, learnt = (
        build(settings).predict(windows(3), verbose=0)
        for build, settings in ((teacher.build, Teacher(head=head)), (student.build, Student(head=head)))
    )
    assert taught["logits"].shape == learnt["logits"].shape == (3, 104 if head == "bins" else 1)
    for output, _ in RELATIONS.values():
        assert output in taught and output in learnt
    for name in ("gram", "relation"):
        assert taught[name].shape == learnt[name].shape == (3, 16, 16)
    for relation in (taught["relation"], learnt["relation"]):
        np.testing.assert_allclose(relation.sum(axis=-1), 1, atol=1e-5)


def test_the_trunk_is_causal():
    """What comes after a step changes nothing at it: the last of 16 steps alone sees the last 16 samples."""
    model = student.build(Student())
    ppg, acc = windows(1)
    later = ppg.copy()
    later[:, :, 240:] += 1.0
    before, after = (
        keras.Model(model.inputs, model.get_layer("ppg_pool2").output).predict([x, acc], verbose=0)
        for x in (ppg, later)
    )
    np.testing.assert_array_equal(before[:, :, :15], after[:, :, :15])
    assert (before[:, :, 15] != after[:, :, 15]).any()


def test_the_teacher_attends_to_motion():
    model = teacher.build(Teacher(dropout=0.0))
    ppg, acc = windows(1)
    still = model.predict([ppg, acc], verbose=0)["logits"]
    moved = model.predict([ppg, -acc], verbose=0)["logits"]
    assert np.abs(still - moved).max() > 0


@pytest.mark.parametrize("fusion", ["across", "separate"])
def test_models_survive_a_round_trip_through_their_file(tmp_path, fusion):
    for model in (student.build(Student(fusion=fusion)), teacher.build(Teacher())):
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        a, b = (m.predict(windows(2), verbose=0)["logits"] for m in (model, again))
        np.testing.assert_array_equal(a, b)
