# SPDX-License-Identifier: Apache-2.0
"""The paper's line taught by simulated people without end: its batches, its chain, its resuming."""

import dataclasses
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

from wristpulse.config.networks import PaperStudent, PaperTeacher, World  # noqa: E402
from wristpulse.config.settings import Config, Data, Distillation, Recipe, Training  # noqa: E402
from wristpulse.core.bins import bin_bpm  # noqa: E402
from wristpulse.core.window import window_inputs  # noqa: E402
from wristpulse.data.corpus import Examples  # noqa: E402
from wristpulse.data.world_examples import session_windows  # noqa: E402
from wristpulse.data.world_windows import world_windows  # noqa: E402
from wristpulse.learning.paper.augment import NO_PULSE_BPM  # noqa: E402
from wristpulse.learning.paper.endless import WindowLessons  # noqa: E402
from wristpulse.learning.pipeline import dataset_pipeline  # noqa: E402
from wristpulse.learning.world import chunks  # noqa: E402
from wristpulse.learning.world.validation import VALIDATION  # noqa: E402
from wristpulse.recordings.world import session  # noqa: E402
from wristpulse.student.card import load_student  # noqa: E402

WORLD = World(share=1.0, seconds=30.0, chunk_sessions=4, chunk_steps=3, validation_sessions=4)
RECIPE = Recipe(steps=8, batch=8, clip_norm=1.0)
SMALL = (4, 4, 4)
CONFIG = Config(
    name="small",
    data=Data(dataset=""),
    world=WORLD,
    teacher=PaperTeacher(widths=SMALL, depth=1, heads=1, key=2, hidden=4, dropout=0.0),
    student=PaperStudent(widths=SMALL, depth=1, hidden=4),
    endless_training=RECIPE,
    endless_teacher_training=RECIPE,
    calibration_windows=16,
)


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setattr(chunks, "_pool", lambda: ThreadPool(1))


def test_windows_are_what_the_front_end_makes_of_the_session():
    made, windows = world_windows([3], WORLD), session_windows(session(3, WORLD.seconds))
    np.testing.assert_array_equal(made.inputs, window_inputs(windows.x.astype(np.int64)))
    np.testing.assert_array_equal(made.bpm, windows.bpm.astype(np.float32))
    assert ((made.seen >= 0) & (made.seen <= 1)).all()
    assert (made.seen[np.isnan(made.bpm)] == 0).all()


def test_any_step_is_fed_the_same_whether_or_not_those_before_it_ran():
    lessons = WindowLessons(WORLD, RECIPE, 1)
    whole = list(lessons.fed(0))
    assert len(whole) == 8 and whole[0][0].shape == (8, 4, 256)
    for a, b in zip(whole[5:], lessons.fed(5), strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)


def test_real_windows_fill_their_share_of_each_batch():
    rng = np.random.default_rng(1)
    real = Examples(
        inputs=rng.integers(-99, 99, (5, 4, 256)).astype(np.int8),
        bpm=np.array([60, 70, 80, 90, NO_PULSE_BPM], np.float32),
    )
    for inputs, bpm, seen in WindowLessons(dataclasses.replace(WORLD, share=0.75), RECIPE, 1, real).fed(0):
        assert len(inputs) == len(bpm) == len(seen) == 8
        for window, label, taught in zip(inputs[6:], bpm[6:], seen[6:], strict=True):
            [row] = [n for n, x in enumerate(real.inputs) if np.array_equal(x, window)]
            assert label == real.bpm[row] and taught == (row < 4)


def test_targets_say_the_heart_rate_or_that_nobody_could_know():
    lesson = WindowLessons(WORLD, RECIPE, 1).lesson(tf.random.Generator.from_seed(1))
    x = np.arange(3 * 4 * 256).reshape(3, 4, 256).astype(np.int8)
    bpm, seen = np.array([90, 90, np.nan], np.float32), np.array([1, 0, 0], np.float32)
    (ppg, acc), target, has_target = (lesson)(tf.constant(x), tf.constant(bpm), tf.constant(seen))
    assert ppg.shape == (3, 1, 256, 1) and acc.shape == (3, 1, 256, 3)
    np.testing.assert_array_equal(np.abs(ppg[:, 0, :, 0]), np.abs(x[:, 0] / np.float32(32)))
    np.testing.assert_array_equal(np.moveaxis(acc[:, 0], 2, 1), x[:, 1:] / np.float32(32))
    target = target.numpy()
    assert bin_bpm()[target[0].argmax()] == pytest.approx(90, abs=1)
    np.testing.assert_allclose(target[1:], 1 / 104, rtol=1e-5)
    assert has_target.numpy().all()


@pytest.mark.parametrize("relation", ["none", "response", "rkd", "gram", "attention"])
def test_the_chain_teaches_a_student_whose_card_names_nobody(relation, tmp_path):
    config = dataclasses.replace(CONFIG, distillation=Distillation(relation))
    lines = []
    chain = dataset_pipeline(config, None, tmp_path, lines.append)
    chain.train()
    chain.distill()
    card = load_student(chain.quantize()).card
    assert card.subjects["train"] == ["simulated sessions 2000000 to 2000011"]
    assert any("pulse_teacher: step 8/8" in line for line in lines) == (relation != "none")
    assert any("modality_wise_student: step 8/8" in line for line in lines)


def test_simulated_people_teach_beside_a_data_set(tmp_path):
    data = Data(dataset="simulator", everyone=True, simulated_subjects=3, simulated_minutes=0.5)
    config = dataclasses.replace(
        CONFIG,
        data=data,
        world=dataclasses.replace(WORLD, share=0.5),
        distillation=Distillation("none"),
    )
    chain = dataset_pipeline(config, None, tmp_path, lambda line: None)
    chain.distill()
    subjects = load_student(chain.quantize()).card.subjects
    assert subjects["train"] == ["sim1", "sim2", "sim3", "simulated sessions 2000000 to 2000011"]


def test_simulated_people_say_how_sure_a_student_of_others_may_be(tmp_path):
    data = Data(dataset="simulator", simulated_subjects=3, simulated_minutes=0.5)
    world = World(confidence=True, validation_sessions=4)
    config = dataclasses.replace(
        CONFIG,
        data=data,
        world=world,
        student_training=Training(epochs=1, batch=64),
        distillation=Distillation("none"),
    )
    chain = dataset_pipeline(config, None, tmp_path, lambda line: None)
    chain.distill()
    folder = chain.quantize()
    subjects = load_student(folder).card.subjects
    assert subjects["train"] == ["sim1"] and subjects["test"] == ["sim3"]
    assert subjects["validation"] == ["sim2", "simulated sessions 0 to 3"]
    assert (folder / VALIDATION).exists()
