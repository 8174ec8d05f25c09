# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.config import ConfigError, Data
from training.corpus import load, split

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
    corpus = load(SMALL, None, lambda line: None)
    assert corpus.subjects == {"train": ["sim1"], "validation": ["sim2"], "test": ["sim3"]}
    assert [r.subject for r in corpus.recordings["test"]] == ["sim3"]
    assert corpus.train.inputs.dtype == np.int8 and corpus.train.inputs.shape[1:] == (4, 256)
    assert np.isfinite(corpus.train.bpm).all() and np.isfinite(corpus.validation.bpm).all()


def test_the_digest_names_the_data():
    quiet = {"folder": None, "progress": lambda line: None}
    other = Data(simulated_subjects=4, simulated_minutes=0.5)
    digests = [load(data, **quiet).digest for data in (SMALL, SMALL, other)]
    assert digests[0] == digests[1] != digests[2]


def test_network_inputs_are_the_int8_steps_in_standard_deviations():
    windows = load(SMALL, None, lambda line: None).train
    ppg, acc = windows.network_inputs()
    assert ppg.shape[1:] == (1, 256, 1) and acc.shape[1:] == (1, 256, 3)
    np.testing.assert_array_equal(ppg[:, 0, :, 0] * 32, windows.inputs[:, 0])
    np.testing.assert_array_equal(acc[:, 0] * 32, windows.inputs[:, 1:].transpose(0, 2, 1))
