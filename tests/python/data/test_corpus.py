# SPDX-License-Identifier: Apache-2.0
import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wristpulse.config.load import ConfigError
from wristpulse.config.settings import Data
from wristpulse.data import corpus
from wristpulse.data.corpus import of_dataset, of_fold, split
from wristpulse.data.folds import Fold
from wristpulse.data.labels import labelled_windows
from wristpulse.recordings import iter_dataset, simulate
from wristpulse.support.errors import UserError

SMALL = Data(simulated_subjects=3, simulated_minutes=0.5)


@given(st.lists(st.text("abc", min_size=1), min_size=3, unique=True), st.data())
def test_no_subject_is_on_two_sides(subjects, data):
    test = tuple(data.draw(st.lists(st.sampled_from(subjects), max_size=len(subjects) - 2, unique=True)))
    roles = split(subjects, Data(test=test), "here")
    sides = [set(names) for names in roles.values()]
    assert sum(map(len, sides)) == len(set.union(*sides)) == len(subjects)
    assert all(sides)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (Data(test=("x",)), "data.test: expected subjects among a, b, c, found x"),
        (Data(test=("a",), validation=("a",)), "on one side only"),
        (Data(test=("a", "b"), validation=("c",)), "some to train on"),
    ],
)
def test_bad_splits_are_refused(data, message):
    with pytest.raises(ConfigError, match=message):
        split(["a", "b", "c"], data, "here")


def test_two_subjects_are_too_few():
    with pytest.raises(ConfigError, match="at least 3 subjects.*found 2"):
        split(["a", "b"], Data(), "here")


def test_windows_carry_known_labels_and_the_test_subject_stays_out():
    small = of_dataset(SMALL, None, lambda line: None)
    assert small.subjects == {"train": ["sim1"], "validation": ["sim2"], "test": ["sim3"]}
    assert [r.subject for r in small.recordings["test"]] == ["sim3"]
    assert small.train.inputs.dtype == np.int8 and small.train.inputs.shape[1:] == (4, 256)
    assert np.isfinite(small.train.bpm).all() and np.isfinite(small.validation.bpm).all()


def test_the_digest_names_the_data():
    quiet = {"folder": None, "progress": lambda line: None}
    other = Data(simulated_subjects=4, simulated_minutes=0.5)
    digests = [of_dataset(data, **quiet).digest for data in (SMALL, SMALL, other)]
    assert digests[0] == digests[1] != digests[2]


def test_network_inputs_are_the_int8_steps_in_standard_deviations():
    windows = of_dataset(SMALL, None, lambda line: None).train
    ppg, acc = windows.network_inputs()
    assert ppg.shape[1:] == (1, 256, 1) and acc.shape[1:] == (1, 256, 3)
    np.testing.assert_array_equal(ppg[:, 0, :, 0] * 32, windows.inputs[:, 0])
    np.testing.assert_array_equal(acc[:, 0] * 32, windows.inputs[:, 1:].transpose(0, 2, 1))


def test_a_teacher_teaches_on_windows_without_labels(monkeypatch):
    def simulated(name, folder, **options):
        for recording in iter_dataset("simulator", None, subjects=4, minutes=0.5):
            if name == "simulator" and recording.subject != "sim4":
                yield recording
            elif name == "wrist-npz" and recording.subject == "sim4":
                yield dataclasses.replace(recording, dataset=name, hr=None)

    monkeypatch.setattr(corpus, "iter_dataset", simulated)
    quiet = {"folder": None, "progress": lambda line: None}
    plain, more = (
        of_dataset(dataclasses.replace(SMALL, unlabelled=names), **quiet) for names in ("", "wrist-npz")
    )
    assert more.subjects["unlabelled"] == ["sim4"] and "unlabelled" not in plain.subjects
    assert np.isfinite(more.train.bpm).all() and len(more.train) == len(plain.train)
    unknown = np.isnan(more.distillation.bpm)
    assert unknown.sum() == len(labelled_windows(more.recordings["unlabelled"][0], True)[0]) > 0
    np.testing.assert_array_equal(more.distillation.inputs[~unknown], more.train.inputs)
    assert plain.digest != more.digest


def test_the_tested_are_not_among_the_unlabelled():
    sides = [simulate(n, 20.0) for n in range(3)]
    train, validation, test = ((dataclasses.replace(r, dataset="wesad"),) for r in sides)
    fold = Fold(name="x", train=train, validation=validation, test=test)
    twin = dataclasses.replace(sides[2], dataset="wrist-npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "iter_dataset", lambda name, folder: iter([twin]))
        with pytest.raises(ConfigError, match="unlabelled: expected nobody who.*found wesad/sim2"):
            of_fold(fold, Data(unlabelled="wrist-npz"), None)


@pytest.mark.parametrize(
    "change",
    [
        {"label_offset_s": 5.0},
        {"fs_ppg": 63.0},
        {"ppg_lsb": 2.0},
        {"led": 1},
        {"subject": "x"},
        {"hr_start_s": np.arange(12.0)},
        {"hr": np.zeros(12, np.float32)},
    ],
)
def test_the_digest_names_all_that_a_recording_says(change):
    """So that steps are run again when a label is shifted or a scale corrected."""
    recording = simulate(1, 30.0)
    changed = dataclasses.replace(recording, **change)
    digests = {
        corpus.of_roles(SMALL, {"train": (r,), "validation": (), "test": ()}, None).digest
        for r in (recording, changed, dataclasses.replace(recording, licence="another"))
    }
    assert len(digests) == 2


def test_one_person_of_two_data_sets_is_on_one_side():
    """PPG-DaLiA's S6 comes by himself, too."""
    one, another = (
        dataclasses.replace(simulate(1, 30.0), dataset=name, subject="S6") for name in ("dalia", "dalia-s6")
    )
    with pytest.raises(ConfigError, match="dalia/S6 on train and test"):
        corpus.of_roles(SMALL, {"train": (one,), "validation": (), "test": (another,)}, None)
    with pytest.raises(UserError, match="dalia/S6: expected on one side"):
        Fold(name="mine", train=(one,), validation=(), test=(another,))


def test_the_world_is_a_data_set():
    data = Data(dataset="world", simulated_subjects=3, simulated_minutes=0.5)
    sides = of_dataset(data, None, lambda line: None).subjects
    assert sides == {"train": ["world1"], "validation": ["world2"], "test": ["world3"]}
