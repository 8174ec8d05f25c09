# SPDX-License-Identifier: Apache-2.0
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay_file import read_replay

from wristpulse.core.numbers import PPG_MAX
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream, sample_times, to_counts
from wristpulse.recordings import simulate


def stream(t_ppg: np.ndarray, t_acc: np.ndarray, seed: int = 0) -> SensorStream:
    rng = np.random.default_rng(seed)
    return SensorStream(
        rng.integers(0, PPG_MAX + 1, len(t_ppg)).astype(np.uint32),
        t_ppg,
        rng.integers(-32768, 32768, (len(t_acc), 3)).astype(np.int16),
        t_acc,
    )


def assert_same(a: SensorStream, b: SensorStream) -> None:
    for field in SensorStream.__dataclass_fields__:
        x, y = getattr(a, field), getattr(b, field)
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y, err_msg=field)


@pytest.mark.parametrize(("rate_ppg", "rate_acc"), [(125, 125), (50, 50), (64, 32), (25.3, 104)])
def test_replay_carries_a_steady_stream_exactly(tmp_path, rate_ppg, rate_acc):
    original = stream(sample_times(int(5 * rate_ppg), rate_ppg), sample_times(int(5 * rate_acc), rate_acc))
    write_replay(tmp_path / "a.pulse", original)
    assert_same(original, read_replay(tmp_path / "a.pulse"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.pulse"]


@pytest.mark.parametrize(
    ("rate_ppg", "rate_acc"), [(256, 256), (176, 416), (500, 500), (1000, 100), (44_100, 50)]
)
def test_chunks_fit_the_readers_buffer_at_any_rate(tmp_path, rate_ppg, rate_acc):
    original = stream(sample_times(2 * rate_ppg, rate_ppg), sample_times(2 * rate_acc, rate_acc))
    write_replay(tmp_path / "a.pulse", original)
    assert_same(original, read_replay(tmp_path / "a.pulse"))
    data, at, bodies = (tmp_path / "a.pulse").read_bytes(), 32, []
    while at < len(data):
        n_ppg, n_acc = struct.unpack_from("<16xHH", data, at)
        bodies.append(4 * n_ppg + 6 * n_acc)
        at += 24 + bodies[-1] + -bodies[-1] % 4
    header = (Path(__file__).parents[3] / "zephyr_app/core/include/pulse/replay.h").read_text()
    assert max(bodies) <= int(re.search(r"PULSE_REPLAY_BODY (\d+)", header)[1])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-3_000, 200_000), max_size=60),
    st.lists(st.integers(-3_000, 200_000), max_size=60),
    st.integers(0, 99),
)
def test_replay_carries_any_times_exactly(tmp_path_factory, steps_ppg, steps_acc, seed):
    path = tmp_path_factory.mktemp("replay") / "a.pulse"
    original = stream(
        np.cumsum(np.array(steps_ppg, np.int64)), np.cumsum(np.array(steps_acc, np.int64)), seed
    )
    write_replay(path, original)
    assert_same(original, read_replay(path))


def test_counts_saturate_and_keep_the_scale():
    recording = simulate(1, 20.0)
    counts = to_counts(recording)
    assert counts.ppg.dtype == np.uint32 and counts.acc.dtype == np.int16
    volts = (counts.ppg.astype(float) - recording.ppg_zero) * recording.ppg_lsb
    inside = (counts.ppg > 0) & (counts.ppg < PPG_MAX)
    assert inside.any()
    assert np.abs(volts - recording.ppg[:, recording.led])[inside].max() <= 0.51 * recording.ppg_lsb
    with pytest.raises(ValueError, match="led: expected 0 to"):
        to_counts(recording, led=recording.ppg.shape[1])
