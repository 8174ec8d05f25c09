# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from wristpulse.evaluation.metrics import calibration, clamp, errors, summarise
from wristpulse.support.errors import UserError

NAN = np.nan


def test_errors_of_known_numbers():
    e = errors(np.array([100.0, 52, 200, NAN, 90, 80]), np.array([98.0, 104, 100, 70, NAN, 29]))
    assert e.windows == 3 and e.coverage == pytest.approx(3 / 4)  # 29 BPM is a glitch of the reference
    assert e.mae == pytest.approx((2 + 52 + 100) / 3) and e.bias == pytest.approx((2 - 52 + 100) / 3)
    assert e.within5 == pytest.approx(1 / 3)
    assert (e.half, e.double) == (1, 1)


def test_errors_count_only_valid_estimates():
    e = errors(np.array([100.0, 150.0]), np.array([100.0, 100.0]), np.array([True, False]))
    assert (e.mae, e.coverage, e.windows) == (0.0, 0.5, 1)
    assert np.isnan(errors(np.array([100.0]), np.array([100.0]), np.array([False])).mae)


def test_errors_need_a_reference():
    with pytest.raises(UserError, match="reference: expected at least one"):
        errors(np.array([100.0]), np.array([NAN]))


def test_summary_weighs_subjects_equally_and_joins_their_recordings():
    ref = np.full(10, 100.0)
    s = summarise([("a", ref + 1, ref, None), ("a", ref + 3, ref, None), ("b", ref[:1] + 8, ref[:1], None)])
    assert s.subjects["a"].windows == 20
    assert (
        s.mae.mean == pytest.approx((2 + 8) / 2) and s.mae.std == pytest.approx(18**0.5) and s.mae.worst == 8
    )
    assert s.to_dict()["subjects"]["b"]["mae"] == 8
    with pytest.raises(UserError, match="results: expected"):
        summarise([])


def test_calibration_error_of_an_honest_and_of_a_boastful_confidence():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0, 1, 20_000)
    _, honest = calibration(confidence, rng.uniform(0, 1, 20_000) < confidence)
    table, boastful = calibration(np.full(1000, 0.95), rng.uniform(0, 1, 1000) < 0.5)
    assert honest < 0.02 and boastful == pytest.approx(0.45, abs=0.05)
    assert table[-1, 2] == 1000 and np.isnan(table[0, 0])


def test_clamp_limits_each_step_to_a_tenth_of_the_recent_mean():
    out = clamp(np.array([100.0, 200.0, 50.0, 100.0]))
    assert out.tolist() == pytest.approx([100, 110, 94.5, 100])
