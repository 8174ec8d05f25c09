# SPDX-License-Identifier: Apache-2.0
"""One teacher and students by relation and seed, compared person by person."""

import dataclasses
from multiprocessing.pool import ThreadPool

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("tensorflow")

from tests.python.small_configs import WINDOWS  # noqa: E402

from wristpulse.config.networks import World  # noqa: E402
from wristpulse.config.settings import Data, Recipe  # noqa: E402
from wristpulse.evaluation.unseen import Set  # noqa: E402
from wristpulse.experiments import distillation  # noqa: E402
from wristpulse.learning.world import chunks  # noqa: E402
from wristpulse.recordings import simulate  # noqa: E402
from wristpulse.support.errors import UserError  # noqa: E402

CONFIG = dataclasses.replace(
    WINDOWS,
    name="small-endless",
    data=Data(dataset=""),
    world=World(share=1.0, seconds=30.0, chunk_sessions=4, chunk_steps=3, validation_sessions=4),
    endless_training=Recipe(steps=4, batch=16),
    endless_teacher_training=Recipe(steps=4, batch=16),
)


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setattr(chunks, "_pool", lambda: ThreadPool(1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("distillation")


def test_one_teacher_serves_all_students_and_nothing_is_made_twice(folder):
    lines: list[str] = []
    made = distillation.train(CONFIG, ["none", "rkd"], [1, 2], folder, lines.append)
    assert sorted(made) == [("none", 1), ("none", 2), ("rkd", 1), ("rkd", 2)]
    assert sum("pulse_teacher: step 4/4" in line for line in lines) == 1
    assert sum("modality_wise_student: step 4/4" in line for line in lines) == 4
    networks = {path: (path / "student.tflite").read_bytes() for path in made.values()}
    assert len(set(networks.values())) == 4
    again: list[str] = []
    distillation.train(CONFIG, ["none", "rkd"], [1, 2], folder, again.append)
    assert not any("step 4/4" in line for line in again)


def test_students_are_scored_on_each_person(folder, tmp_path, monkeypatch):
    people = [dataclasses.replace(simulate(n, 40.0, losses=False), subject=f"S{n}") for n in (1, 2)]
    monkeypatch.setattr(distillation, "sets_in", lambda data: [Set(name="two", dataset="simulator")])
    monkeypatch.setattr(distillation, "labelled", lambda which, data: iter(people))
    made = distillation.train(CONFIG, ["none", "rkd"], [1], folder, lambda line: None)
    found = distillation.scores(CONFIG, made, tmp_path)
    assert len(found) == 2 * 2 * len(distillation.ESTIMATES)
    assert set(found["person"]) == {"two/S1", "two/S2"} and np.isfinite(found["mae"]).all()
    first, second = distillation.tables(found)
    assert (
        first.splitlines()[0] == "| relation | estimate | all | two |"
        and "| rkd | tracked | two | 2 |" in second
    )


def test_differences_are_of_each_persons_mean_over_seeds():
    rows = [
        (relation, seed, "set", person, "tracked", mae + less)
        for relation, less in (("none", 0.0), ("rkd", -0.5))
        for seed, mae in ((1, 2.0), (2, 3.0))
        for person in ("a", "b", "c")
    ]
    found = pd.DataFrame(rows, columns=["relation", "seed", "tested_on", "person", "estimate", "mae"])
    errors, differences = distillation.tables(found)
    assert "| rkd | tracked | 2.00 +- 0.71 | 2.00 +- 0.71 |" in errors
    assert "| rkd | tracked | set | 3 | -0.50 | -0.50 to -0.50 | 0.00 |" in differences


def test_without_none_there_is_nothing_to_compare_with():
    found = pd.DataFrame(
        [("rkd", 1, "set", "a", "tracked", 2.0)],
        columns=["relation", "seed", "tested_on", "person", "estimate", "mae"],
    )
    assert len(list(distillation.tables(found))) == 1


def test_a_relation_that_there_is_not_is_one_line(tmp_path):
    with pytest.raises(UserError, match="relations: expected rkd, .*, none, found r2d2"):
        distillation.train(CONFIG, ["r2d2"], [1], tmp_path)
