# SPDX-License-Identifier: Apache-2.0
"""Errors against a reference: which hops count, and what is counted."""

import numpy as np
import pytest

import wristpulse as wp
from wristpulse.api.heart_rate import heart_rate
from wristpulse.core.result import Result, State


def made(bpm: list[float], valid: list[bool]) -> wp.HeartRate:
    states = [State.VALID if v else State.MOTION_UNCERTAIN for v in valid]
    return heart_rate(
        [
            Result(
                hop=n,
                time_us=2_000_000 * (n + 1),
                bpm_q8=round(256 * b),
                confidence_q15=30_000,
                state=s,
                gaps=0,
            )
            for n, (b, s) in enumerate(zip(bpm, states, strict=True))
        ]
    )


def test_figures_are_of_valid_hops_with_a_reference() -> None:
    hr = made([60, 64, 75, 50, 160, 90], [True, True, True, True, True, False])
    score = wp.score(hr, [60.0, 60.0, 60.0, 100.0, 80.0, 60.0])
    assert score.hops == 6 and score.coverage == pytest.approx(5 / 6)
    assert score.mae == pytest.approx((0 + 4 + 15 + 50 + 80) / 5)
    assert score.bias == pytest.approx((0 + 4 + 15 - 50 + 80) / 5)
    assert (score.within5, score.wrong_valid, score.half, score.double) == (0.4, 0.6, 0.2, 0.2)
    assert str(score) == "MAE 29.80 BPM at 83 % coverage (6 hops), 60.0 % of the valid values wrong"


def test_unknown_references_do_not_count() -> None:
    hr = made([60, 60, 60], [True, True, True])
    assert wp.score(hr, [np.nan, 62.0, 300.0]).hops == 1
    with pytest.raises(wp.SignalError, match="reference: expected a heart rate of 30 to 220 BPM"):
        wp.score(hr, [np.nan] * 3)


def test_without_a_valid_hop_there_are_no_errors() -> None:
    score = wp.score(made([60, 60], [False, False]), [60.0, 60.0])
    assert score.coverage == 0 and np.isnan([score.mae, score.wrong_valid, score.half]).all()
    assert str(score) == "no valid value in 2 hops"


def test_reference_at_its_own_times_is_interpolated_but_not_over_holes() -> None:
    hr = made([61, 62, 63, 64, 65], [True] * 5)  # ends at 2, 4 ... 10 s
    assert wp.score(hr, [60.0, 64.0], [1.0, 5.0]).mae == pytest.approx(0.5)  # 61 at 2 s, 63 at 4 s
    assert wp.score(hr, [60.0] * 4, [1.0, 2.5, 9.5, 10.0]).hops == 2


@pytest.mark.parametrize(
    ("reference", "times", "message"),
    [
        ([60.0], None, "reference: expected 2 values, one a hop"),
        ([60.0, 60.0], [1.0], "reference_time_s: expected 2 times"),
        ([60.0, 60.0], [2.0, 1.0], "reference_time_s: expected times in seconds that increase"),
        ([[60.0]], None, r"reference: expected numbers of shape \(w,\)"),
    ],
)
def test_a_reference_that_does_not_fit_is_refused(reference, times, message) -> None:
    with pytest.raises(wp.SignalError, match=message):
        wp.score(made([60, 60], [True, True]), reference, times)


def test_a_recordings_labels_are_its_windows() -> None:
    recording = wp.simulate(1, 120, difficulty=0, losses=False)
    score = wp.score(wp.estimate(recording), recording)
    assert score.hops == 56 and score.coverage > 0.9 and score.mae < 2
    assert score.half == score.double == 0
