# SPDX-License-Identifier: Apache-2.0
"""The power policy in C equals wristpulse.core.policy, and does what it is for."""

from dataclasses import replace

import numpy as np
import pytest
from standin import TABLES, predict, predict_spectrum
from standin import lines as printed

from wristpulse.config.settings import Tracking
from wristpulse.core.align import align
from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import POLICY_ROWS
from wristpulse.core.policy import Policy, moving
from wristpulse.core.replay import write_replay
from wristpulse.core.result import State
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.track import tracker_tables
from wristpulse.experiments.power_policy import cost, lines, report
from wristpulse.recordings import RecordingError, simulate
from wristpulse.student.card import SHIPPED

# Sure of itself, so that calm stretches come.
ESTIMATORS = {
    "window": Estimator(predict, replace(TABLES, confidence_map=(32768,) * 17)),
    "spectrum": Estimator(predict_spectrum, replace(TABLES, confidence_map=(32768,) * 17), "spectrum"),
}


def wrist(seed: int, pause: bool) -> SensorStream:
    """Simulated; at rest but for a stretch of motion, a stretch of lost contact and perhaps a pause."""
    stream = to_counts(simulate(seed, 240))
    acc, ppg = stream.acc.copy(), stream.ppg.copy()
    rest = np.ones(len(acc), bool)
    rest[len(acc) // 2 : len(acc) * 5 // 8] = False
    acc[rest] = (0, 0, 4096)
    ppg[len(ppg) // 4 : len(ppg) // 4 + 300] = 0
    late = 3_000_000 * pause
    t_ppg, t_acc = (t + late * (t > 200_000_000) for t in (stream.t_ppg_us, stream.t_acc_us))
    return SensorStream(ppg, t_ppg, acc, t_acc)


@pytest.fixture(scope="module")
def programs(build, tmp_path_factory):
    """The replay program with the policy on, and with a confidence map that says yes."""
    options = ("-DPULSE_HOST=ON", "-DPULSE_SANITIZE=ON", "-DPULSE_POLICY=ON")
    return {front_end: build(*options, front_end=front_end, tables=SURE) for front_end in ESTIMATORS}


SURE = ESTIMATORS["window"].tables


@pytest.mark.parametrize("front_end", ESTIMATORS)
@pytest.mark.parametrize("seed", range(3))
def test_c_equals_the_reference(seed, front_end, programs, tmp_path) -> None:
    stream, policy = wrist(seed, pause=seed > 0), Policy()
    write_replay(tmp_path / "wrist.pulse", stream)
    *results, end = printed(programs[front_end], tmp_path / "wrist.pulse")
    assert results == [str(result) for result in ESTIMATORS[front_end].run(stream, policy)]
    assert end.endswith(f" inferences={policy.inferences}")
    assert {row for row in policy.rows} == set(POLICY_ROWS)


def test_motion_ends_it_with_the_hop_that_holds_it() -> None:
    stream, policy = wrist(1, pause=False), Policy()
    results = ESTIMATORS["window"].run(stream, policy)
    moves = moving(align(stream))
    full = [r.hop for r in results if r.state not in (State.ACQUIRING, State.NO_CONTACT)]
    assert len(full) == len(policy.rows)
    at_motion = [row for hop, row in zip(full, policy.rows, strict=True) if moves[hop]]
    assert len(at_motion) >= 10 and set(at_motion) == {POLICY_ROWS[0]}
    assert policy.inferences < len(full) * 0.7


def test_a_skipped_hop_repeats_the_last_estimate() -> None:
    stream, policy = wrist(2, pause=False), Policy()
    with_policy, without = (ESTIMATORS["window"].run(stream, p) for p in (policy, None))
    assert [r.time_us for r in with_policy] == [r.time_us for r in without]
    same = sum(a.bpm_q8 == b.bpm_q8 for a, b in zip(with_policy[1:], with_policy, strict=False))
    assert same >= len(policy.rows) - policy.inferences > 0


def test_a_network_that_is_only_just_sure_loses_no_value_and_may_rest() -> None:
    """The track holds on hops that are skipped: had it predicted, 27 of 94 values would be gone."""

    def just_sure(inputs: np.ndarray) -> np.ndarray:
        near = np.abs(np.arange(104) - 32) <= 1  # of 90 BPM
        return np.tile(np.where(near, 127, 90).astype(np.int8), (len(inputs), 1))

    estimator, policy = Estimator(just_sure, tracker_tables(0.1, Tracking(valid=0.9))), Policy()
    stream = wrist(1, pause=False)
    shown = [[r.state for r in estimator.run(stream, p)].count(State.VALID) for p in (None, policy)]
    assert shown == [94, 94]
    assert policy.inferences < 75


def test_the_report_has_a_line_a_recording_and_their_mean() -> None:
    costs = [cost(ESTIMATORS["window"], simulate(seed, 60)) for seed in (1, 2)]
    head, *rows, mean = lines(costs)
    assert head.split()[:3] == ["recording", "MAE", "off"] and len(rows) == 2
    shares = [[float(cell.rstrip("%")) for cell in row.split()[1:]] for row in (*rows, mean)]
    np.testing.assert_allclose(shares[2], np.mean(shares[:2], axis=0), atol=0.06)
    assert all(0 < one.saved < 1 and one.coverage_off == 1 for one in costs)


def test_a_folder_without_recordings_is_one_line(tmp_path) -> None:
    with pytest.raises(RecordingError, match="nowhere: folder: expected"):
        report(["troika"], tmp_path / "nowhere", SHIPPED)
