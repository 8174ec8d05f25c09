# SPDX-License-Identifier: Apache-2.0
"""Fresh starts are what the estimator does from there, and are counted as what they are."""

from dataclasses import replace

import numpy as np
import pytest

from wristpulse.core.result import State
from wristpulse.core.sensor import to_counts
from wristpulse.experiments.first_fix import WINDOWS, Starts, markdown, starts
from wristpulse.recordings import simulate
from wristpulse.student.card import SHIPPED, load_student

RECORDING = simulate(7, 60.0, losses=False)


@pytest.fixture(scope="module")
def student():
    return load_student(SHIPPED)


def test_the_first_start_is_the_estimators_own(student):
    stream = to_counts(RECORDING)
    found = starts(stream, student, RECORDING)
    own = [r for r in student.estimator().run(stream) if r.bpm_q8][:WINDOWS]
    assert found.bpm[0].tolist() == [r.bpm_q8 / 256 for r in own]
    assert found.confidence[0].tolist() == [r.confidence_q15 / 32768 for r in own]
    assert found.valid[0].tolist() == [r.state is State.VALID for r in own]
    assert np.isfinite(found.reference).all()


def test_a_start_needs_its_windows_without_a_gap(student):
    stream = to_counts(RECORDING)
    whole, torn = starts(stream, student), starts(_torn(stream, 30.0), student)
    assert len(whole.bpm) == 27 - WINDOWS and len(torn.bpm) < len(whole.bpm) - 5
    assert np.isnan(whole.reference).all()
    assert len(starts(_until(stream, 9.0), student).bpm) == 0


def _torn(stream, at_s):
    moved = [t + 1_000_000 * (t > at_s * 1e6) for t in (stream.t_ppg_us, stream.t_acc_us)]
    return replace(stream, t_ppg_us=moved[0], t_acc_us=moved[1])


def _until(stream, end_s):
    ppg, acc = (t < end_s * 1e6 for t in (stream.t_ppg_us, stream.t_acc_us))
    return replace(
        stream,
        ppg=stream.ppg[ppg],
        t_ppg_us=stream.t_ppg_us[ppg],
        acc=stream.acc[acc],
        t_acc_us=stream.t_acc_us[acc],
    )


def test_the_table_counts_starts_and_errors():
    bpm, confidence = np.full((4, WINDOWS), 60.0), np.full((4, WINDOWS), 0.95)
    valid = np.ones((4, WINDOWS), bool)
    bpm[:, 0] = 60, 80, 90, 66
    valid[2, 0] = valid[1:, 1] = False
    at_rest = np.array([True, True, True, False])
    reference = np.full((4, WINDOWS), 60.0)
    found = Starts(bpm=bpm, confidence=confidence, valid=valid, reference=reference, at_rest=at_rest)
    lines = list(markdown({"pulse": found}))
    assert lines[2:] == [
        "| pulse | at rest | 3 | 66.67% | 33.33% | 100.00% | 100.00% | 100.00% | 100.00% | 50.0% | 50.00% |",
        "| pulse | moving | 1 | 100.00% | 0.00% | 100.00% | 100.00% | 100.00% | 100.00% | 0.0% | 0.00% |",
    ]
