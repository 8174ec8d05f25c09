# SPDX-License-Identifier: Apache-2.0
"""A student taught by nobody real: streamed, resumed, judged by simulated people it never saw."""

import dataclasses
import json
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from tests.python.small_configs import SPECTRA  # noqa: E402

from wristpulse.config.load import ConfigError, load, override  # noqa: E402
from wristpulse.config.networks import World  # noqa: E402
from wristpulse.config.settings import Data, Distillation, Recipe, Sweep  # noqa: E402
from wristpulse.data.spectral_examples import gather, recording_examples  # noqa: E402
from wristpulse.learning import by_steps  # noqa: E402
from wristpulse.learning.artefacts import STUDENT_MODEL  # noqa: E402
from wristpulse.learning.pipeline import dataset_pipeline  # noqa: E402
from wristpulse.learning.spectral.endless import Endless  # noqa: E402
from wristpulse.learning.world import chunks  # noqa: E402
from wristpulse.learning.world.seeds import calibration_seeds, taught_seeds, validation_seeds  # noqa: E402
from wristpulse.learning.world.validation import VALIDATION  # noqa: E402
from wristpulse.recordings import simulate  # noqa: E402
from wristpulse.student.card import load_student  # noqa: E402

WORLD = World(share=1.0, seconds=30.0, chunk_sessions=4, chunk_steps=3, validation_sessions=4)
CONFIG = dataclasses.replace(
    SPECTRA,
    name="small",
    data=Data(dataset=""),
    world=WORLD,
    spectral_training=Recipe(steps=8, batch=8),
    distillation=Distillation("none"),
    calibration_windows=16,
)


class Interrupted(Exception):
    """Stands for a power cut."""


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setattr(chunks, "_pool", lambda: ThreadPool(1))


def test_any_step_is_fed_the_same_whether_or_not_those_before_it_ran():
    source = Endless(WORLD, Recipe(steps=8, batch=8), 1)
    whole = list(source.fed(0))
    assert len(whole) == 8
    for done in (1, 3, 7):
        for a, b in zip(whole[done:], source.fed(done), strict=True):
            for x, y in zip(a, b, strict=True):
                np.testing.assert_array_equal(x, y)
    other = next(iter(Endless(WORLD, Recipe(steps=8, batch=8), 2).fed(0)))
    assert not np.array_equal(other[0], whole[0][0])


def test_training_goes_on_where_it_was_interrupted(monkeypatch, tmp_path):
    monkeypatch.setattr(by_steps, "CHECKPOINT_STEPS", 2)
    through = dataset_pipeline(CONFIG, None, tmp_path / "through", lambda line: None)
    weights = (through.distill() / STUDENT_MODEL, tmp_path / "again" / "small" / "student" / STUDENT_MODEL)
    steps = []

    def cut(line: str) -> None:
        steps.append(line)
        if "step 4/8" in line:
            raise Interrupted

    with pytest.raises(Interrupted):
        dataset_pipeline(CONFIG, None, tmp_path / "again", cut).distill()
    steps.clear()
    dataset_pipeline(CONFIG, None, tmp_path / "again", steps.append).distill()
    assert [line.split()[2] for line in steps if "step" in line] == ["6/8", "8/8"]
    import keras

    for a, b in zip(*(keras.models.load_model(w, compile=False).get_weights() for w in weights), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_the_student_has_a_card_that_names_nobody(tmp_path):
    chain = dataset_pipeline(CONFIG, None, tmp_path, lambda line: None)
    chain.train()
    chain.distill()
    folder = chain.quantize()
    assert folder == tmp_path / "small" / "int8"
    card = load_student(folder).card
    assert card.subjects == {
        "train": ["simulated sessions 2000000 to 2000011"],
        "validation": ["simulated sessions 0 to 3"],
        "test": [],
    }
    assert card.configuration["world"]["share"] == 1
    figures = json.loads((folder / VALIDATION).read_text())
    *thresholds, own = figures
    assert [f["valid"] for f in thresholds] == sorted(f["valid"] for f in thresholds)
    assert (own["valid"], own["stays_valid"]) == (CONFIG.tracking.valid, CONFIG.tracking.valid)
    shares = [f["coverage"] for f in thresholds]
    assert all(0 <= s <= 1 for s in shares) and shares == sorted(shares, reverse=True)
    assert all(f["wrong_shown"] <= f["coverage"] for f in figures)


@pytest.mark.parametrize(
    ("changed", "remade"),
    [
        (dataclasses.replace(WORLD, seconds=32.0), ("student", "int8")),
        (dataclasses.replace(WORLD, validation_sessions=5), ("int8",)),
    ],
)
def test_a_step_is_made_anew_if_the_simulated_people_it_depends_on_change(changed, remade, tmp_path):
    def run(world):
        lines = []
        chain = dataset_pipeline(dataclasses.replace(CONFIG, world=world), None, tmp_path, lines.append)
        chain.distill()
        chain.quantize()
        return tuple(line.split(":")[0] for line in lines if ": made: " in line)

    assert run(WORLD) == ("student", "int8")
    assert run(changed) == remade


def test_real_people_teach_beside_the_simulated_and_none_is_held_out(tmp_path):
    data = Data(dataset="simulator", everyone=True, simulated_subjects=3, simulated_minutes=0.5)
    config = dataclasses.replace(CONFIG, data=data, world=dataclasses.replace(WORLD, share=0.5))
    chain = dataset_pipeline(config, None, tmp_path, lambda line: None)
    chain.distill()
    subjects = load_student(chain.quantize()).card.subjects
    assert subjects["train"] == ["sim1", "sim2", "sim3", "simulated sessions 2000000 to 2000011"]
    assert subjects["validation"] == ["simulated sessions 0 to 3"] and subjects["test"] == []


def test_real_people_stand_beside_the_simulated_in_every_batch():
    recordings = [simulate(3, 60.0)]
    real = gather(recordings, [recording_examples(recordings[0], SPECTRA.augmentation)])
    source = Endless(dataclasses.replace(WORLD, share=0.75), Recipe(steps=2, batch=8), 1, real)
    batch = source.batch(*next(iter(source.fed(0))))
    assert batch.spectra.shape == (8, 4, 4, 104) and batch.bpm.shape == (8,)
    rows = real.hops[source.real.draws[0, 0]]
    np.testing.assert_array_equal(batch.spectra[6:], real.spectra[rows])
    assert (batch.seen.numpy()[6:] == 1).all()


def test_another_process_makes_the_same_chunks(monkeypatch):
    here = list(Endless(WORLD, Recipe(steps=2, batch=4), 1).fed(0))
    monkeypatch.undo()
    beside = list(Endless(WORLD, Recipe(steps=2, batch=4), 1).fed(0))
    for a, b in zip(here, beside, strict=True):
        np.testing.assert_array_equal(a[0], b[0])


def test_a_worker_that_may_start_no_process_makes_them_in_a_thread(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(chunks.multiprocessing, "current_process", lambda: SimpleNamespace(daemon=True))
    with chunks._pool() as pool:
        assert isinstance(pool, ThreadPool)


@pytest.mark.parametrize("name", ["nobody", "both"])
def test_no_session_teaches_and_calibrates_or_validates(name):
    config = load(name)
    judges = validation_seeds(config.world), calibration_seeds(config.world, config.calibration_windows)
    taught = taught_seeds(config.world, config.spectral_training, 0)
    assert judges[0][-1] < judges[1][0] and judges[1][-1] < taught[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"world": World()}, "data.dataset: expected simulated people"),
        (
            {"front_end": "window", "distillation": Distillation("decoupled")},
            "distillation.relation: expected another relation .*, found decoupled",
        ),
        ({"data": Data()}, 'data.dataset: expected dataset = "" where .*, found simulator'),
        ({"world": World(share=0.5)}, "data.dataset: expected real people .*, found none"),
        (
            {"world": World(share=0.5), "data": Data(everyone=True, test=("sim1",))},
            "data.everyone: expected nobody held out, found sim1",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changes, message):
    config = dataclasses.replace(CONFIG, sweep=Sweep(), **changes)
    with pytest.raises(ConfigError, match=message):
        override(config)


def test_simulated_people_alone_read_no_folder(tmp_path):
    with pytest.raises(ConfigError, match="only simulated people"):
        dataset_pipeline(CONFIG, tmp_path, tmp_path, lambda line: None).distill()
