# SPDX-License-Identifier: Apache-2.0
"""Looking back: the C core says what the reference says, at any lag, through gaps and lost contact."""

import numpy as np
import pytest
from standin import TABLES, lines, predict_spectrum
from test_several_leds import HOST, leds

import wristpulse as wp
from wristpulse.core.estimator import Estimator
from wristpulse.core.policy import Policy
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Run, State
from wristpulse.core.sensor import to_counts
from wristpulse.core.smooth import smooth
from wristpulse.recordings import simulate

REFERENCE = Estimator(predict_spectrum, TABLES, "spectrum")


@pytest.mark.parametrize(("lag", "count", "policy"), [(1, 1, 0), (4, 1, 1), (8, 3, 0)])
def test_host_equals_reference(lag, count, policy, build, tmp_path) -> None:
    program = build(
        *HOST,
        f"-DPULSE_LEDS={count}",
        f"-DPULSE_SMOOTH_HOPS={lag}",
        f"-DPULSE_POLICY={policy}",
        front_end="spectrum",
    )
    for seed in range(4):
        streams = leds(seed, 200, count)
        write_replay(tmp_path / "s.pulse", streams)
        printed = lines(program, tmp_path / "s.pulse")[:-1]
        run = REFERENCE.full_run(streams, Policy() if policy else None)
        late = [line.removeprefix("LATE ") for line in printed if line.startswith("LATE ")]
        assert [line for line in printed if not line.startswith("LATE ")] == [str(r) for r in run.results]
        assert late == [str(result) for result in smooth(run, TABLES, lag)]
        # A result comes as soon as its lag is over.
        order = [line.split()[:3] for line in printed]
        assert order[lag + 1][:2] == ["LATE", "HOP"] and order[lag][0] == "HOP"


def shown(run: Run, lag: int | None) -> np.ndarray:
    return np.array([r.bpm_q8 / 256 for r in smooth(run, TABLES, lag)])


def test_a_lag_beyond_the_recording_is_all_of_it() -> None:
    run = REFERENCE.full_run(to_counts(simulate(2, 26)))
    assert smooth(run, TABLES, 8) != smooth(run, TABLES, 1)
    short = REFERENCE.full_run(to_counts(simulate(2, 18)))
    assert len(short.results) == 8
    assert smooth(short, TABLES, 8) == smooth(short, TABLES)


def test_hops_without_a_value_keep_none_and_nothing_crosses_a_loss_of_contact() -> None:
    stream = to_counts(simulate(3, 200))
    dark = (stream.t_ppg_us > 90_000_000) & (stream.t_ppg_us < 110_000_000)
    cut = REFERENCE.full_run(
        type(stream)(np.where(dark, 0, stream.ppg), stream.t_ppg_us, stream.acc, stream.t_acc_us)
    )
    late = smooth(cut, TABLES)
    states = (State.NO_CONTACT, State.ACQUIRING)
    for causal, one in zip(cut.results, late, strict=True):
        assert (one.hop, one.time_us, one.gaps) == (causal.hop, causal.time_us, causal.gaps)
        assert (one.bpm_q8 == 0) == (causal.state in states)
    first_away = next(r.hop for r in cut.results if r.state is State.NO_CONTACT)
    alone = Run(
        windows=cut.windows,
        logits=cut.logits,
        results=cut.results[:first_away],
        raw_confidence_q15=cut.raw_confidence_q15[:first_away],
        ran=cut.ran[:first_away],
        evidence=cut.evidence[:first_away],
        at_rest=cut.at_rest[:first_away],
        doubted=cut.doubted[:first_away],
        weights=cut.weights[:first_away],
    )
    assert smooth(alone, TABLES) == late[:first_away]


def test_it_is_nearer_to_the_truth_than_the_causal_estimate() -> None:
    recording = simulate(7, 600)
    causal = wp.score(wp.estimate(recording), recording)
    late = wp.score(wp.estimate(recording, smooth=True), recording)
    assert late.mae < causal.mae


def test_a_wrong_lag_is_refused() -> None:
    with pytest.raises(ValueError, match="lag: expected 1 to 8 hops, or None, found 9"):
        shown(REFERENCE.full_run(to_counts(simulate(2, 30))), 9)
