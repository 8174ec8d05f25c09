# SPDX-License-Identifier: Apache-2.0
"""The filter against the specification in Python's own integers, and its behaviour."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wristpulse.config.settings import Tracking
from wristpulse.core.bins import bin_bpm
from wristpulse.core.numbers import BINS, MASS
from wristpulse.core.track import Tracker, TrackerTables, calibrate, track, tracker_tables
from wristpulse.student.confidence import confidence_map

TRACKING = Tracking(half_width=8, spread_bpm=3.0, leak=0.01, temper=0.5, floor=1e-3, valid=0.5)
TABLES = tracker_tables(0.1, TRACKING)


def plain_predict(p: list[int], t: TrackerTables) -> list[int]:
    k = t.half_width
    a = [
        sum(t.transition[abs(d)] * p[b - d] for d in range(-k, k + 1) if 0 <= b - d < BINS)
        for b in range(BINS)
    ]
    assert max(a) < 2**63
    return [((v >> 15) * (32768 - t.leak) + t.leak * (2**24 // BINS)) >> 15 for v in a]


def plain_weigh(p: list[int], q: list[int], t: TrackerTables) -> list[int]:
    g = [v * t.likelihood[max(q) - logit] for v, logit in zip(p, q, strict=True)]
    total = sum(g)
    assert max(*g, total) < 2**63
    shift = max(0, total.bit_length() - 16)
    r = (2**32 - 1) // (total >> shift)
    p = [((v >> shift) * r) >> 8 for v in g]
    assert max(p) < 2**32
    return p


def plain_estimate(p: list[int], t: TrackerTables) -> tuple[int, int]:
    m = p.index(max(p))
    near = [b for b in range(BINS) if abs(b - m) <= 4]
    within = sum(p[b] for b in near)
    bpm = (sum(p[b] * 480 * (16 + b) for b in near) + within // 2) // within
    raw = (within << 15) // sum(p)
    i = raw >> 11
    points = t.confidence_map
    calibrated = points[16] if i == 16 else points[i] + (((points[i + 1] - points[i]) * (raw & 2047)) >> 11)
    return bpm, calibrated


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 20),
    st.floats(0.3, 20),
    st.floats(1e-5, 0.3),
    st.floats(0.01, 0.5),
    st.sampled_from([1e-9, 1e-3, 0.1]),
)
def test_filter_equals_plain_integers(seed, half_width, spread, leak, scale, floor):
    rng = np.random.default_rng(seed)
    points = tuple(sorted(map(int, rng.integers(0, 32769, 17))))
    chosen = dataclasses.replace(
        TRACKING, half_width=half_width, spread_bpm=spread, leak=leak, temper=1.0, floor=floor
    )
    tables = tracker_tables(scale, chosen, points)
    tracker, p = Tracker(tables), [MASS // BINS] * BINS
    for n, q in enumerate(rng.choice([rng.integers(-128, 128, BINS), np.full(BINS, -128)], 6)):
        q = q.copy()
        q[rng.integers(BINS)] = 127
        bpm, confidence = tracker.step(q.astype(np.int8))
        p = plain_weigh(plain_predict(p, tables) if n else p, q.tolist(), tables)
        assert tracker.posterior.tolist() == p
        shown = p if n else plain_weigh(p, q.tolist(), tables)  # the first of all counts in full
        assert (int(bpm), int(confidence)) == plain_estimate(shown, tables)


def evidence(bins: np.ndarray, strength: int = 100) -> np.ndarray:
    q = np.full((len(bins), BINS), -strength // 2, np.int8)
    q[np.arange(len(bins)), bins] = strength // 2
    return q


def test_steady_evidence_is_followed_and_trusted():
    bpm, confidence = track(evidence(np.full(20, 40)), TABLES)
    assert abs(bpm[-1] / 256 - bin_bpm()[40]) < 0.5
    assert confidence[-1] > 0.9 * 32768


def test_wrong_lock_is_left_when_evidence_moves_far():
    bpm, _ = track(evidence(np.array([80] * 30 + [30] * 30)), TABLES)
    assert abs(bpm[29] / 256 - bin_bpm()[80]) < 1 and abs(bpm[-1] / 256 - bin_bpm()[30]) < 1


def test_one_outlier_moves_nothing():
    bins = np.full(30, 50)
    bins[20] = 90
    bpm, _ = track(evidence(bins, 60), TABLES)
    assert np.abs(bpm[10:] / 256 - bin_bpm()[50]).max() < 3


def test_prediction_alone_spreads_and_keeps_the_mass():
    tracker = Tracker(TABLES)
    tracker.step(evidence(np.array([40]))[0])
    before = tracker.posterior.max()
    for _ in range(10):
        tracker.predict()
    assert tracker.posterior.max() < before
    assert 0.95 * MASS < tracker.posterior.sum() <= MASS


def test_first_window_counts_in_full_for_its_own_estimate_only():
    q = evidence(np.array([40]), 60)
    tracker = Tracker(TABLES)
    _, confidence = tracker.step(q[0])
    once = np.array(TABLES.likelihood)[q[0].max() - q[0].astype(int)]
    assert np.abs(tracker.posterior / MASS - once / once.sum()).max() < 1e-4
    share = (once.astype(float) ** 2)[36:45].sum() / (once.astype(float) ** 2).sum()
    assert confidence / 32768 == pytest.approx(share, abs=5e-3)


def test_waiting_for_a_first_window_changes_nothing():
    q = evidence(np.array([70, 40]))
    tracker = Tracker(TABLES)
    tracker.step(q[0])
    tracker.reset()
    for _ in range(3):
        tracker.predict()
    assert (tracker.posterior == MASS // BINS).all()
    assert tracker.step(q[1]) == Tracker(TABLES).step(q[1])


def test_many_wrists_in_step_equal_each_alone():
    q = np.random.default_rng(1).integers(-128, 128, (15, 3, BINS)).astype(np.int8)
    bpm, confidence = track(q, TABLES)
    for n in range(3):
        alone = track(q[:, n], TABLES)
        assert (alone[0] == bpm[:, n]).all() and (alone[1] == confidence[:, n]).all()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"transition": (1,)}, "transition"),
        ({"transition": (32768, *[1] * 8)}, "transition"),
        ({"leak": 0}, "leak"),
        ({"likelihood": (0,) * 256}, "likelihood"),
        ({"confidence_map": tuple(range(16, -1, -1))}, "confidence_map"),
        ({"valid": 40000}, "valid"),
    ],
)
def test_tables_that_break_the_arithmetic_are_refused(change, field):
    with pytest.raises(ValueError, match=f"tracker tables: {field}: expected"):
        dataclasses.replace(TABLES, **change)


def test_confidence_map_turns_boasts_into_shares_of_correct_estimates():
    rng = np.random.default_rng(0)
    raw = rng.integers(0, 32769, 20_000)
    truth = np.clip((raw / 32768) ** 3, 0, 0.9)
    points = confidence_map(raw, rng.uniform(size=len(raw)) < truth)
    assert list(points) == sorted(points) and 0 <= points[0] and points[-1] <= 32768
    fitted = calibrate(np.array(points), raw) / 32768
    assert np.abs(fitted - truth).mean() < 0.02
    dataclasses.replace(TABLES, confidence_map=points)
