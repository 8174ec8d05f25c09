# SPDX-License-Identifier: Apache-2.0
"""The student that ships: taught by everyone; how sure and how steady under noise it is, the folds say."""

import dataclasses

import pytest

pytest.importorskip("tensorflow")

from small_configs import SPECTRA  # noqa: E402
from wristpulse.config.load import Data, Distillation, Sweep  # noqa: E402
from wristpulse.config.networks import Spectral  # noqa: E402
from wristpulse.evaluation import evaluate  # noqa: E402
from wristpulse.evaluation.results import read_results  # noqa: E402
from wristpulse.experiments import no_pulse  # noqa: E402
from wristpulse.experiments.everyone import Everyone, make  # noqa: E402
from wristpulse.student.card import load_student  # noqa: E402
from wristpulse.support.errors import UserError  # noqa: E402

CONFIG = dataclasses.replace(
    SPECTRA,
    name="everyone",
    data=Data(simulated_subjects=4, simulated_minutes=2.0),
    distillation=Distillation("none"),
    sweep=Sweep(folds=("group-1", "group-2")),
)


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    return evaluate.run(CONFIG, None, tmp_path_factory.mktemp("folds"), workers=1)


def test_all_people_teach_and_the_folds_say_how_sure_it_may_be(folds, tmp_path):
    chain = Everyone(CONFIG, "simulator-3fold", None, tmp_path)
    student = load_student(make(chain, folds))
    assert student.card["subjects"]["train"] == ["sim1", "sim2", "sim3", "sim4"]
    assert not student.card["subjects"]["test"] and not student.card["subjects"]["validation"]
    assert student.tables.confidence_map != tuple(range(0, 32769, 2048))
    with pytest.raises(UserError, match="protocol: expected bami-spc-4fold, found simulator-3fold"):
        make(
            Everyone(
                dataclasses.replace(CONFIG, protocol="bami-spc-4fold"), "bami-spc-4fold", None, tmp_path
            ),
            folds,
        )
    for where, found in ((tmp_path / "nothing", "none"), (folds, "spectral-4wide-none")):
        other = Everyone(dataclasses.replace(CONFIG, spectral=Spectral()), "simulator-3fold", None, tmp_path)
        with pytest.raises(UserError, match=f"expected finished folds of spectral-8k-none .* found {found}"):
            make(other, where)


def test_noise_passes_as_often_as_the_threshold_lets_it(folds, monkeypatch):
    monkeypatch.setattr(no_pulse, "KINDS", ("white", "swinging"))
    results = read_results([folds])
    everything = no_pulse.of_folds(results, None, 0)
    assert set(everything.values()) == {1.0}
    assert set(no_pulse.of_folds(results, None, 32769).values()) == {0.0}
