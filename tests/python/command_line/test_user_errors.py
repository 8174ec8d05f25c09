# SPDX-License-Identifier: Apache-2.0
"""One error for what a user can set right; it crosses processes, and nothing else counts as one."""

import pickle

import numpy as np
import pytest

from wristpulse.config.load import ConfigError
from wristpulse.config.settings import Tracking
from wristpulse.core.estimator import Estimator
from wristpulse.core.sensor import to_counts
from wristpulse.core.track import tracker_tables
from wristpulse.data.folds import FoldError
from wristpulse.evaluation.sweep import SweepError
from wristpulse.oracle import ModelError
from wristpulse.recordings import RecordingError, simulate
from wristpulse.student.card import CardError
from wristpulse.support.errors import UserError
from wristpulse.support.steps import StepError

KINDS = (UserError, ConfigError, CardError, FoldError, ModelError, RecordingError, StepError, SweepError)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_same_form_and_survives_pickling(kind):
    assert issubclass(kind, UserError) and kind.__init__ is UserError.__init__
    error = kind("a.toml", "seed", "int", "'one'")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == "a.toml: seed: expected int, found 'one'"
    assert (again.where, again.what, again.expected, again.found) == ("a.toml", "seed", "int", "'one'")


def test_a_part_that_is_not_given_is_left_out():
    assert str(UserError("no board is connected")) == "no board is connected"
    assert str(UserError("--workers", "", "1 or more", 0)) == "--workers: expected 1 or more, found 0"
    assert str(UserError("a.npz", "ppg")) == "a.npz: ppg"


def test_an_error_of_numpy_is_not_the_users():
    """So that a command does not shorten it to one line without a traceback."""

    def wrong_shape(inputs: np.ndarray) -> np.ndarray:
        return inputs @ np.zeros((3, 104))

    estimator = Estimator(wrong_shape, tracker_tables(0.1, Tracking()))
    with pytest.raises(ValueError) as raised:
        estimator.run(to_counts(simulate(1, 30.0)))
    assert not isinstance(raised.value, UserError)
