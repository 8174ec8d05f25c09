# SPDX-License-Identifier: Apache-2.0
"""A recording through an image's own sensor path: every line equals training's reference."""

import re

import numpy as np
import pytest

from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.replay.replay import closing_figures

pytestmark = pytest.mark.qemu


def faulty(stream: SensorStream, seed: int) -> SensorStream:
    """A stream with lost contact and glare, and pauses of both sensors."""
    rng = np.random.default_rng(seed)
    ppg, t_ppg, t_acc = stream.ppg.copy(), stream.t_ppg_us.copy(), stream.t_acc_us.copy()
    for level in (0, 2**18 - 1):
        start = rng.integers(len(ppg) // 2)
        ppg[start : start + rng.integers(300, 1000)] = level
    for pause in (150_000, 3_000_000, 15_000_000):
        at = rng.integers(30_000_000, 90_000_000)
        t_ppg[t_ppg >= at] += pause
        t_acc[t_acc >= at] += pause
    return SensorStream(ppg, t_ppg, stream.acc, t_acc)


def results(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("HOP ")]


def closing(lines: list[str]) -> dict[str, int]:
    assert lines[-1].startswith("END "), lines[-1]
    return closing_figures(lines)


@pytest.mark.hardware
@pytest.mark.parametrize("seed", [1, 2])
def test_every_estimate_equals_the_reference(kind, seed, boot, reference, tmp_path) -> None:
    stream = to_counts(simulate(seed, 120))
    write_replay(tmp_path / "recording.pulse", stream)
    status, lines = boot(kind, tmp_path / "recording.pulse").run()
    assert status == 0
    assert results(lines) == [str(result) for result in reference.run(stream)]
    assert closing(lines)["hops"] == len(results(lines)) >= 57


@pytest.mark.hardware
def test_so_it_does_through_faults(kind, boot, reference, board, tmp_path) -> None:
    stream = faulty(to_counts(simulate(3, 120)), 3)
    write_replay(tmp_path / "recording.pulse", stream)
    status, lines = boot(kind, tmp_path / "recording.pulse").run()
    assert status == 0
    assert results(lines) == [str(result) for result in reference.run(stream)]
    states = {line.split("state=")[1].split()[0] for line in results(lines)}
    assert {"acquiring", "no-contact"} < states
    # Six seconds into the longest pause, once; over a serial line the pause takes no time.
    if board is None:
        assert lines.count("STALE") == (0 if kind == "bare" else 1)


@pytest.mark.hardware
def test_the_same_bytes_out_twice(kind, boot, board, tmp_path) -> None:
    write_replay(tmp_path / "recording.pulse", to_counts(simulate(4, 60)))
    status, lines = boot(kind, tmp_path / "recording.pulse").run()
    again, same = boot(kind, tmp_path / "recording.pulse").run()
    assert status == again == 0
    # A real clock's microseconds differ from run to run.
    assert (lines == same) if board is None else results(lines) == results(same)


@pytest.mark.zephyr
@pytest.mark.parametrize("rate_hz", [50, 64])
def test_zephyr_loses_nothing_and_meets_its_deadlines(rate_hz, boot, tmp_path) -> None:
    """At half the rate in devicetree, too: the driver must not take slow for stuck."""
    stream = to_counts(simulate(5, 60, fs_ppg=rate_hz))
    write_replay(tmp_path / "recording.pulse", stream)
    _, lines = boot("mps2_an386", tmp_path / "recording.pulse").run()
    end = closing(lines)
    assert end["ppg"] == len(stream.ppg) and end["acc"] == len(stream.acc)
    lost = ("shed", "misses", "ppg_lost", "acc_lost", "bus_errors", "lost_interrupts", "recoveries")
    assert {name: end[name] for name in lost} == dict.fromkeys(lost, 0)
    assert 0 < end["worst_us"] < 2_000_000
    # A third of each stack is to spare; see zephyr_app/Kconfig.
    assert 0 < end["stack_sampling"] < 1536 * 2 // 3
    assert 0 < end["stack_inference"] < 2560 * 2 // 3
    assert 0 < end["stack_work"] < 1536 * 2 // 3
    assert 0 < end["stack_sensors"] < 1536 * 2 // 3


def test_a_missing_file_is_one_clear_error(kind, boot, tmp_path) -> None:
    status, lines = boot(kind, tmp_path / "none.pulse").run()
    assert status == 1
    assert lines[-1].startswith(f"ERROR {tmp_path}/none.pulse: expected a readable .pulse file")


@pytest.mark.hardware
def test_a_damaged_file_is_one_clear_error(kind, boot, board, tmp_path) -> None:
    path = tmp_path / "bad.pulse"
    write_replay(path, to_counts(simulate(6, 20)))
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    status, lines = boot(kind, path).run()
    assert status == 1
    assert re.match(
        rf"ERROR {'serial' if board else path}: chunk \d+: crc32: expected \d+, found \d+$", lines[-1]
    )
