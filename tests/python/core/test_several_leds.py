# SPDX-License-Identifier: Apache-2.0
"""Several LEDs: the C core says what the reference says, and the fusion knows who adds nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from standin import TABLES, lines, predict, predict_spectrum

import wristpulse as wp
from wristpulse.core.estimator import Estimator
from wristpulse.core.policy import Policy
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import qemu

REFERENCE = {
    "window": Estimator(predict, TABLES, "window"),
    "spectrum": Estimator(predict_spectrum, TABLES, "spectrum"),
}
HOST = ("-DPULSE_HOST=ON", "-DPULSE_SANITIZE=ON")


@pytest.fixture(scope="module")
def programs(build) -> dict[tuple[str, int, bool], Path]:
    """By front end, LEDs of the build and power policy."""
    wanted = [("spectrum", 4, False), ("spectrum", 3, False), ("window", 3, False), ("spectrum", 3, True)]
    return {
        key: build(*HOST, f"-DPULSE_LEDS={key[1]}", f"-DPULSE_POLICY={int(key[2])}", front_end=key[0])
        for key in wanted
    }


def leds(seed: int, seconds: float, count: int) -> list[SensorStream]:
    """A simulated wrist under LEDs of which each has its own noise, glare, darkness and times of rest."""
    rng = np.random.default_rng(seed)
    first = to_counts(simulate(seed, seconds))
    t_ppg = first.t_ppg_us.copy()
    t_ppg[rng.integers(1, len(t_ppg)) :] += rng.choice([150_000, 15_000_000])
    streams = []
    for _ in range(count):
        noise = rng.normal(0, 10 ** rng.uniform(0, 3.5), len(t_ppg))
        ppg = np.clip(first.ppg + noise, 0, 2**18 - 1).astype(np.uint32)
        for level in (0, 2**18 - 1, 100_000):
            start = rng.integers(len(ppg))
            ppg[start : start + rng.integers(64, 2000)] = level
        streams.append(replace(first, ppg=ppg, t_ppg_us=t_ppg))
    return streams


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("front_end", "count"), [("spectrum", 4), ("spectrum", 3), ("window", 3)])
def test_host_equals_reference(seed, front_end, count, programs, tmp_path) -> None:
    streams = leds(seed, 240, count)
    write_replay(tmp_path / "s.pulse", streams)
    *results, _ = lines(programs[front_end, count, False], tmp_path / "s.pulse")
    run = REFERENCE[front_end].full_run(streams)
    assert results == [str(result) for result in run.results]
    assert len(np.unique(run.weights)) > 3  # the LEDs did not count alike


@pytest.mark.parametrize("seed", range(2))
def test_with_the_power_policy(seed, programs, tmp_path) -> None:
    streams = leds(seed, 240, 3)
    write_replay(tmp_path / "s.pulse", streams)
    *results, _ = lines(programs["spectrum", 3, True], tmp_path / "s.pulse")
    assert results == [str(result) for result in REFERENCE["spectrum"].run(streams, Policy())]


@pytest.mark.parametrize("front_end", ["window", "spectrum"])
def test_one_lit_led_of_three_is_one_led(front_end, programs, tmp_path) -> None:
    stream = leds(5, 240, 1)[0]
    write_replay(tmp_path / "s.pulse", stream)
    *results, _ = lines(programs[front_end, 3, False], tmp_path / "s.pulse")
    assert results == [str(result) for result in REFERENCE[front_end].run(stream)]
    dark = replace(stream, ppg=np.zeros_like(stream.ppg))
    assert REFERENCE[front_end].run([dark, stream, dark]) == REFERENCE[front_end].run(stream)


@pytest.mark.qemu
def test_qemu_equals_reference(build, tmp_path) -> None:
    streams = leds(2, 120, 3)
    write_replay(tmp_path / "s.pulse", streams)
    run = qemu.run(build("-DPULSE_LEDS=3", front_end="spectrum"), tmp_path / "s.pulse", timeout_s=300)
    assert run.status == 0, run.output
    assert run.output.splitlines()[:-1] == [str(r) for r in REFERENCE["spectrum"].run(streams)]


def test_a_build_with_one_led_takes_the_first_of_a_file(replay_programs, tmp_path) -> None:
    streams = leds(3, 120, 3)
    write_replay(tmp_path / "s.pulse", streams)
    *results, _ = lines(replay_programs["spectrum"], tmp_path / "s.pulse")
    assert results == [str(result) for result in REFERENCE["spectrum"].run(streams[0])]


def test_leds_with_other_times_are_refused(tmp_path) -> None:
    first, second = leds(1, 60, 2)
    late = replace(second, t_ppg_us=second.t_ppg_us + 1)
    with pytest.raises(ValueError, match="LED 1: t_ppg_us: expected that of LED 0, found another"):
        write_replay(tmp_path / "s.pulse", [first, late])
    with pytest.raises(ValueError, match="LEDs: expected 1 to 4, found 5"):
        REFERENCE["spectrum"].run([first] * 5)


def test_leds_of_noise_do_not_spoil_the_one_that_sees() -> None:
    estimator = wp.load_student().estimator()
    stream = to_counts(simulate(4, 300))
    rng = np.random.default_rng(1)
    noise = [
        replace(stream, ppg=(100_000 + rng.normal(0, 500, len(stream.ppg))).astype(np.uint32))
        for _ in range(2)
    ]
    alone = estimator.run(stream)
    run = estimator.full_run([stream, *noise])
    valid = np.array([r.state.value == "valid" for r in alone])
    off = np.array([abs(a.bpm_q8 - b.bpm_q8) / 256 for a, b in zip(alone, run.results, strict=True)])
    assert valid.mean() > 0.8 and (off[valid] <= 5).mean() > 0.98
    shown = np.array([r.state.value == "valid" for r in run.results])
    assert shown.mean() > 0.95 * valid.mean()  # LEDs that add nothing take nothing
    weights = run.weights[20:]
    assert (weights[:, 0] == 16).mean() > 0.8 and (weights[:, 1:] == 0).mean() > 0.8
