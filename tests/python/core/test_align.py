# SPDX-License-Identifier: Apache-2.0
"""The C aligner equals training's, frame by frame, whatever the sensors do."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standin import lines

from wristpulse.core.align import align
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream

FNV_PRIME, FNV_START = np.uint32(16777619), np.uint32(2166136261)


def hashes(ppg: np.ndarray, acc: np.ndarray) -> np.ndarray:
    """FNV-1a over the frames' words, uint32 (hops,)."""
    words = np.concatenate([ppg[:, :, None], acc.astype(np.int32)], axis=2).reshape(len(ppg), 256)
    h = np.full(len(ppg), FNV_START)
    for word in words.astype(np.uint32).T:
        h = (h ^ word) * FNV_PRIME
    return h


def expected(stream: SensorStream) -> list[str]:
    hops = align(stream)
    columns = (hops.end_us, hops.discontinuous, hops.samples, hops.saturated, hops.dark)
    return [
        " ".join(str(int(v)) for v in row) + " "
        for row in zip(*columns, hashes(hops.ppg, hops.acc), strict=True)
    ]


def clock(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Sample times of a sensor with a rate of 25 to 200 Hz with drift, jitter and gaps; int64 us."""
    rate = rng.uniform(25, 200)
    t = np.arange(round(seconds * rate)) * (1e6 / rate) * (1 + rng.uniform(-1e-3, 1e-3))
    t += rng.uniform(0, 0.45e6 / rate) * rng.uniform(-1, 1, len(t)) * rng.integers(0, 2)
    for _ in range(rng.integers(0, 4)):
        t[rng.integers(len(t)) :] += rng.choice([60e3, 110e3, 1e6, 20e6])
    if rng.random() < 0.2:  # a sample is read twice
        t[rng.integers(1, len(t)) :] -= 1e6 / rate
    return np.round(t + rng.integers(-(10**6), 10**6)).astype(np.int64)


def stream(seed: int, seconds: float = 20.0) -> SensorStream:
    rng = np.random.default_rng(seed)
    t_ppg, t_acc = clock(rng, seconds), clock(rng, seconds)
    kind = rng.integers(3)
    if kind == 0:  # rails and noise
        ppg = rng.choice([0, 1, 4095, 4096, 2**17, 2**18 - 2, 2**18 - 1], len(t_ppg))
        acc = rng.choice([-32768, -1, 0, 32767], (len(t_acc), 3))
    elif kind == 1:
        ppg = rng.integers(0, 2**18, len(t_ppg))
        acc = rng.integers(-32768, 32768, (len(t_acc), 3))
    else:  # a pulse
        ppg = 100_000 + 2000 * np.sin(t_ppg * 9e-6) + rng.normal(0, 20, len(t_ppg))
        acc = np.outer(np.sin(t_acc * 11e-6), [1000, 2000, 4000]) + rng.normal(0, 30, (len(t_acc), 3))
    return SensorStream(ppg.astype(np.uint32), t_ppg, acc.astype(np.int16), t_acc)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_equal_to_training_in_any_order_of_arrival(seed, hops_program, tmp_path) -> None:
    path = tmp_path / "s.pulse"
    s = stream(seed)
    write_replay(path, s)
    assert lines(hops_program, path) == expected(s)
    assert lines(hops_program, f"batch:{path}") == expected(s)
