# SPDX-License-Identifier: Apache-2.0
"""A value is shown from a high confidence on, and stays so at a lower one while its rate follows on."""

from dataclasses import replace

import numpy as np
import pytest

from wristpulse.config.settings import Tracking
from wristpulse.core.numbers import VALID_STEP_Q8
from wristpulse.core.result import State
from wristpulse.core.sensor import to_counts
from wristpulse.core.track import tracker_tables
from wristpulse.core.validity import validity
from wristpulse.recordings import simulate
from wristpulse.student.card import load_student

TABLES = tracker_tables(0.1, Tracking(valid=0.95, stays_valid=0.8))
SURE, LESS_SURE, UNSURE = 32_000, 28_000, 20_000


def valid(bpm_q8, confidence):
    return validity(TABLES, np.array(bpm_q8), np.array(confidence)).tolist()


def test_it_is_harder_to_become_valid_than_to_stay_so():
    assert valid([20_000] * 5, [LESS_SURE, SURE, LESS_SURE, UNSURE, LESS_SURE]) == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_rate_that_jumps_has_to_be_sure_anew(sign):
    beyond = 20_000 + sign * (VALID_STEP_Q8 + 1)
    assert valid([20_000, 20_000 + sign * VALID_STEP_Q8], [SURE, LESS_SURE]) == [True, True]
    assert valid([20_000, beyond, beyond], [SURE, LESS_SURE, SURE]) == [True, False, True]


def test_stays_valid_is_never_above_valid():
    assert (
        tracker_tables(0.1, Tracking(valid=0.5)).stays_valid == tracker_tables(0.1, Tracking(valid=0.5)).valid
    )
    with pytest.raises(ValueError, match="stays_valid: expected 0 to that of valid"):
        replace(TABLES, stays_valid=TABLES.valid + 1)


def test_the_estimator_keeps_to_it_but_not_across_a_break():
    """Of the student that ships, on a simulated wrist that loses samples for two seconds."""
    student = load_student("nobody")
    stream = to_counts(simulate(7, 300.0, losses=False))
    lost = (stream.t_ppg_us > 150e6) & (stream.t_ppg_us < 152e6)
    stream = replace(stream, ppg=stream.ppg[~lost], t_ppg_us=stream.t_ppg_us[~lost])
    results = student.estimator().run(stream)
    shown = [r for r in results if r.bpm_q8]
    kept = 0
    for before, now in zip(shown, shown[1:], strict=False):
        stays = (
            before.state is State.VALID
            and now.hop == before.hop + 1
            and abs(now.bpm_q8 - before.bpm_q8) <= VALID_STEP_Q8
        )
        needed = student.tables.stays_valid if stays else student.tables.valid
        assert (now.state is State.VALID) == (now.confidence_q15 >= needed)
        kept += now.state is State.VALID and now.confidence_q15 < student.tables.valid
    assert kept > 0
    after = next(r for r in shown if r.time_us > 152e6)
    assert (after.state is State.VALID) == (after.confidence_q15 >= student.tables.valid)
