# SPDX-License-Identifier: Apache-2.0
"""Every window of every recording at hand reaches the network in C exactly as it does in training."""

from pathlib import Path

import numpy as np
import pytest
from standin import ROOT, lines

from wristpulse.core.align import align
from wristpulse.core.estimator import FRONT_ENDS
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.core.window import window_ends, windows
from wristpulse.recordings import Recording, RecordingError, iter_dataset, simulate

FRONT_END_NAMES = ("window", "spectrum")


@pytest.fixture(scope="module")
def programs(build) -> dict[str, Path]:
    options = ("-DPULSE_HOST=ON", f"-DPULSE_PROGRAM={ROOT}/tests/c/inputs_program.c")
    return {name: build(*options, front_end=name) for name in FRONT_END_NAMES}


def hashes(inputs: np.ndarray) -> np.ndarray:
    """FNV-1a over the bytes of each input, uint32 (n,)."""
    h = np.full(len(inputs), 2166136261, np.uint32)
    for column in inputs.reshape(len(inputs), -1).view(np.uint8).T:
        h = (h ^ column) * np.uint32(16777619)
    return h


def check(recording: Recording, programs: dict[str, Path], path: Path) -> int:
    """Compare all windows; how many there were."""
    stream = to_counts(recording)
    write_replay(path, stream)
    hops = align(stream)
    ends = window_ends(hops)
    x = windows(hops, ends)
    for name in FRONT_END_NAMES:
        expected = hashes(np.ascontiguousarray(FRONT_ENDS[name](x, ends)))
        assert lines(programs[name], path) == [f"{n} {h}" for n, h in zip(ends, expected, strict=True)], name
    return len(ends)


def test_simulated(programs, tmp_path) -> None:
    assert sum(check(simulate(seed, 120), programs, tmp_path / "s.pulse") for seed in range(4)) > 150


@pytest.mark.dataset
@pytest.mark.parametrize(
    "dataset", ["troika", "bami1", "bami2", "dalia-s6", pytest.param("wrist-npz", marks=pytest.mark.slow)]
)
def test_recorded(dataset, programs, shared_data, tmp_path) -> None:
    try:
        recordings = iter_dataset(dataset, shared_data)
    except RecordingError as error:
        pytest.skip(str(error))
    windows_seen = [check(recording, programs, tmp_path / "s.pulse") for recording in recordings]
    assert windows_seen and min(windows_seen) > 0
