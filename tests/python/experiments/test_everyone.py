# SPDX-License-Identifier: Apache-2.0
"""The student that ships learns from everyone; its confidence is fitted to the folds' test people."""

import dataclasses

import pytest

pytest.importorskip("tensorflow")

from tests.python.small_configs import SPECTRA  # noqa: E402

from wristpulse.config.networks import SpectralStudent  # noqa: E402
from wristpulse.config.settings import Data, Distillation, Sweep  # noqa: E402
from wristpulse.core.track import IDENTITY  # noqa: E402
from wristpulse.evaluation import evaluate  # noqa: E402
from wristpulse.experiments.everyone import train_on_everyone  # noqa: E402
from wristpulse.student.card import load_student  # noqa: E402
from wristpulse.support.errors import UserError  # noqa: E402

CONFIG = dataclasses.replace(
    SPECTRA,
    name="everyone",
    data=Data(simulated_subjects=4, simulated_minutes=0.75),
    distillation=Distillation("none"),
    sweep=Sweep(folds=("group-1", "group-2")),
)


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    return evaluate.evaluate(CONFIG, None, tmp_path_factory.mktemp("folds"), workers=1)


def test_all_people_teach_and_the_folds_say_how_sure_it_may_be(folds, tmp_path):
    def make(protocol="simulator-3fold", where=folds, **changed):
        config = dataclasses.replace(CONFIG, **changed)
        return train_on_everyone(config, protocol, folds=where, data=None, out=tmp_path)

    student = load_student(make())
    assert student.card.subjects["train"] == ["sim1", "sim2", "sim3", "sim4"]
    assert not student.card.subjects["test"] and not student.card.subjects["validation"]
    assert student.tables.confidence_map != IDENTITY
    with pytest.raises(UserError, match="protocol: expected bami-spc-4fold, found simulator-3fold"):
        make("bami-spc-4fold")
    with pytest.raises(UserError, match="--protocol: expected one of .*, found loso"):
        make("loso")
    for where, found in ((tmp_path / "nothing", "none"), (folds, "spectral-4wide-none")):
        with pytest.raises(UserError, match=f"expected finished folds of spectral-8k-none .* found {found}"):
            make(where=where, spectral=SpectralStudent())
