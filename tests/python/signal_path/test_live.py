# SPDX-License-Identifier: Apache-2.0
"""Samples in chunks give the results of the whole, wherever chunks end and whatever is missing."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wristpulse.core.align import align
from wristpulse.core.live import LiveAligner, LiveEstimator
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse.student.card import SHIPPED, load_student


def random_stream(seed: int, rate_ppg: float, rate_acc: float, seconds: float, gaps: int) -> SensorStream:
    """Random samples with jitter and pauses; some stretches are dark, some saturated."""
    rng = np.random.default_rng(seed)

    def times(rate: float) -> np.ndarray:
        t = np.cumsum(rng.uniform(0.7, 1.3, int(seconds * rate)) * 1e6 / rate).astype(np.int64)
        for at in rng.integers(1, len(t), gaps):
            t[at:] += rng.choice([100_001, 150_000, 4_000_000, 11_000_000])
        return t + int(rng.integers(-50_000, 50_000))

    t_ppg, t_acc = times(rate_ppg), times(rate_acc)
    ppg = rng.integers(0, 2**18, len(t_ppg)).astype(np.uint32)
    for level in (0, 2**18 - 1):
        start = rng.integers(len(ppg))
        ppg[start : start + len(ppg) // 8] = level
    acc = rng.integers(-8192, 8192, (len(t_acc), 3)).astype(np.int16)
    return SensorStream(ppg, t_ppg, acc, t_acc)


def chunks(stream: SensorStream, seed: int):
    """The stream in pieces whose borders differ between the channels; one channel may lag by a second."""
    rng = np.random.default_rng(seed)
    end = int(max(stream.t_ppg_us[-1], stream.t_acc_us[-1])) + 2_000_000
    at, done = -100_000, [0, 0]
    while at < end:
        at += int(rng.choice([1, 20_000, 500_000, 3_000_000, 20_000_000]))
        to = [
            int(np.searchsorted(t, at - rng.integers(1_000_000))) for t in (stream.t_ppg_us, stream.t_acc_us)
        ]
        to = [max(a, b) for a, b in zip(done, to, strict=True)]
        p, a = slice(done[0], to[0]), slice(done[1], to[1])
        yield SensorStream(stream.ppg[p], stream.t_ppg_us[p], stream.acc[a], stream.t_acc_us[a])
        done = to


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.floats(12, 130), st.floats(12, 130), st.floats(3, 40), st.integers(0, 4))
def test_hops_do_not_depend_on_chunks(seed, rate_ppg, rate_acc, seconds, gaps) -> None:
    stream = random_stream(seed, rate_ppg, rate_acc, seconds, gaps)
    whole, aligner = align(stream), LiveAligner()
    parts = [aligner.take(chunk) for chunk in chunks(stream, seed)]
    for field in fields(whole):
        got = np.concatenate([getattr(part, field.name) for part in parts])
        assert np.array_equal(got, getattr(whole, field.name)), field.name


def test_what_is_held_stays_short() -> None:
    stream, aligner = to_counts(simulate(1, 60)), LiveAligner()
    for start in range(0, 60 * 64, 64):
        p, a = slice(start, start + 64), slice(start // 2, start // 2 + 32)
        aligner.take(SensorStream(stream.ppg[p], stream.t_ppg_us[p], stream.acc[a], stream.t_acc_us[a]))
        assert len(aligner._held.ppg) < 4 * 64


@pytest.mark.parametrize("seed", range(4))
def test_results_do_not_depend_on_chunks(seed) -> None:
    student = load_student(SHIPPED)
    recording = to_counts(simulate(seed, 120))
    random = random_stream(seed, 40.0, 25.0, 90.0, 3)
    for stream in (recording, random):
        live = LiveEstimator(student.estimator())
        results = [result for chunk in chunks(stream, seed) for result in live.take(chunk)]
        assert results == student.estimator().run(stream)
        assert len(results) > 20
