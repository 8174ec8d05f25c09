# SPDX-License-Identifier: Apache-2.0
"""`wristpulse.estimate` gives, bit for bit, what the C core prints for the same samples."""

from pathlib import Path

import numpy as np
import pytest
from standin import lines

import wristpulse as wp
from wristpulse.api.estimate import sensor_stream
from wristpulse.core.replay import write_replay
from wristpulse_tools.firmware.bare import build_bare
from wristpulse_tools.firmware.embed import embed


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    """The core for the host, with the shipped student."""
    folder = tmp_path_factory.mktemp("shipped")
    embed(wp.load_student(), folder)
    return build_bare(folder, tmp_path_factory.mktemp("host"), "-DPULSE_HOST=ON")


def check(program: Path, path: Path, *arrays: np.ndarray, **options) -> wp.HeartRate:
    """Compare every hop; the heart rate that both give."""
    write_replay(path, sensor_stream(*arrays, **options)[0])
    *printed, _ = lines(program, path)
    hr = wp.estimate(*arrays, **options)
    assert [str(result) for result in hr.results] == printed
    return hr


def test_a_simulated_wrist(program, tmp_path) -> None:
    recording = wp.simulate(5, 180)
    hr = check(program, tmp_path / "s.pulse", recording.ppg, recording.acc, fs_ppg=64, fs_acc=32)
    assert len(hr) > 80 and hr.valid.any()


def test_a_sensor_with_another_unit_irregular_times_and_gaps(program, tmp_path) -> None:
    recording, rng = wp.simulate(6, 120), np.random.default_rng(1)
    t_ppg, t_acc = (
        np.cumsum(rng.uniform(0.7, 1.3, len(x)) / fs) + 1e9
        for x, fs in ((recording.ppg, 64), (recording.acc, 32))
    )
    t_ppg[3000:] += 0.4
    light = (recording.ppg[:, 0] - 1e5) * 1e-4
    hr = check(program, tmp_path / "s.pulse", light, 9.80665 * recording.acc, t_ppg=t_ppg, t_acc=t_acc)
    assert len(hr) > 50 and hr.results[-1].gaps >= 1


@pytest.mark.dataset
def test_a_real_person_on_stairs(program, shared_data, tmp_path) -> None:
    (recording,) = wp.load_recordings("dalia-s6", shared_data)
    rates = {"fs_ppg": recording.fs_ppg, "fs_acc": recording.fs_acc}
    hr = check(program, tmp_path / "s.pulse", recording.ppg, recording.acc, **rates)
    assert wp.score(hr, recording).mae < 1.5
    scale = (recording.ppg_lsb, recording.ppg_zero)
    same = check(program, tmp_path / "s.pulse", recording.ppg, recording.acc, **rates, scale=scale)
    assert same.results == wp.estimate(recording).results
