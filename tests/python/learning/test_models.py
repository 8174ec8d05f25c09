# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import keras
import numpy as np
import pytest

from wristpulse.config.networks import PaperStudent, PaperTeacher, SpectralStudent, SpectralTeacher
from wristpulse.learning.losses import RELATIONS
from wristpulse.models import spectral, spectral_teacher, student, teacher

# Parameter counts of the paper's networks (shared/separate trunk; fusion across), which have one output.
PAPER = {("teacher", "shared"): 147_473, ("teacher", "separate"): 245_665, ("student", "across"): 29_497}


def size_with_one_output(model: keras.Model) -> int:
    """Parameters, of the last layer's those of one output."""
    last = model.get_layer("logits").count_params()
    return model.count_params() - last + last // 104


@pytest.mark.parametrize("trunk", ["shared", "separate"])
def test_the_teacher_has_the_papers_size(trunk):
    assert size_with_one_output(teacher.build(PaperTeacher(trunk=trunk))) == PAPER["teacher", trunk]


def test_the_student_is_a_fifth_of_the_teacher():
    size = size_with_one_output(student.build(PaperStudent()))
    assert size == PAPER["student", "across"]
    assert PAPER["teacher", "shared"] / size == pytest.approx(5, abs=0.01)


def windows(n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(n)
    return [rng.normal(size=(n, 1, 256, c)).astype("float32") for c in (1, 3)]


def test_teacher_and_student_offer_what_every_relation_compares():
    taught, learnt = (
        build(settings).predict(windows(3), verbose=0)
        for build, settings in (
            (teacher.build, PaperTeacher()),
            (student.build, PaperStudent()),
        )
    )
    assert taught["logits"].shape == learnt["logits"].shape == (3, 104)
    for output, _ in RELATIONS.values():
        assert output in taught and output in learnt
    for name in ("gram", "relation"):
        assert taught[name].shape == learnt[name].shape == (3, 16, 16)
    for relation in (taught["relation"], learnt["relation"]):
        np.testing.assert_allclose(relation.sum(axis=-1), 1, atol=1e-5)


def test_the_trunk_is_causal():
    """What comes after a step changes nothing at it: the last of 16 steps alone sees the last 16 samples."""
    model = student.build(PaperStudent())
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
    model = teacher.build(PaperTeacher(dropout=0.0))
    ppg, acc = windows(1)
    still = model.predict([ppg, acc], verbose=0)["logits"]
    moved = model.predict([ppg, -acc], verbose=0)["logits"]
    assert np.abs(still - moved).max() > 0


@pytest.mark.parametrize("fusion", ["across", "separate"])
def test_models_survive_a_round_trip_through_their_file(tmp_path, fusion):
    for model in (student.build(PaperStudent(fusion=fusion)), teacher.build(PaperTeacher())):
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        a, b = (m.predict(windows(2), verbose=0)["logits"] for m in (model, again))
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("build", "config"), [
    (spectral.build, SpectralStudent()), (spectral_teacher.build, SpectralTeacher()),
    (spectral_teacher.build, SpectralTeacher(attention=False, width=40)),
    (student.build, PaperStudent()), (teacher.build, PaperTeacher()),
], ids=["spectral", "spectral_teacher", "wide_teacher", "student", "teacher"])  # fmt: skip
def test_a_process_that_built_no_network_reads_it(tmp_path, build, config):
    build(config).save(tmp_path / "model.keras")
    code = (
        "from pathlib import Path; from wristpulse.models.saved import load_network; "
        f"load_network(Path({str(tmp_path / 'model.keras')!r}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
