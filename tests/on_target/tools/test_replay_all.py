# SPDX-License-Identifier: Apache-2.0
"""`invoke replay-all` and `invoke replay --target`, on recordings that are simulated."""

import json
import os
import subprocess
import sys

import pytest

from bench_of_fakes import Bench
from places import BUILD, ROOT
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import save_recording, simulate
from wristpulse_tools.firmware.places import EMBEDDED
from wristpulse_tools.replay.data_sets import replay_all, summary
from wristpulse_tools.replay.replay import ReplayError
from wristpulse_tools.replay.targets import program_for


def invoke(*words: object, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "invoke", *(str(word) for word in words)]
    environment = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=environment)


@pytest.mark.qemu
def test_several_emulators_at_a_time(model_dir, reference, tmp_path) -> None:
    program = program_for("bare", model_dir, BUILD)
    recordings = [simulate(seed, 40) for seed in (1, 2, 3)]
    rows = replay_all(program, reference, recordings, tmp_path, jobs=2)
    assert [row.recording for row in rows] == [recording.name for recording in recordings]
    assert all(row.equal and row.factor > 1 for row in rows)
    [line] = summary(rows)
    assert (line["recordings"], line["equal"]) == (3, 3)
    assert line["hops"] == sum(len(reference.run(to_counts(one))) for one in recordings)
    assert line["mae_bpm"] == pytest.approx(sum(row.valid.mae for row in rows) / 3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.qemu
def test_one_that_ends_badly_ends_all(reference, tmp_path) -> None:
    program = program_for("bare", EMBEDDED, tmp_path / "build")

    def broken(file, on_line):
        file.write_bytes(file.read_bytes()[:-100])
        return program(file, on_line)

    with pytest.raises(ReplayError, match="expected a last line END"):
        replay_all(broken, reference, [simulate(1, 20)], tmp_path / "files")


@pytest.mark.qemu
@pytest.mark.zephyr
@pytest.mark.slow
def test_the_user_replays_a_recording_through_a_board(workspace, tmp_path) -> None:
    save_recording(tmp_path / "mine.npz", simulate(5, 40))
    bench = Bench(tmp_path / "bench")
    try:
        words = ("replay", "--record", tmp_path / "mine.npz", "--target", "board", "--board", "desk")
        done = invoke(*words, "--output", tmp_path / "out", **bench.environment)
    finally:
        bench.close()
    assert done.returncode == 0, done.stderr
    assert "all results equal the Python reference's, bit for bit" in done.stdout
    assert json.loads((tmp_path / "out" / "run.json").read_text())["hops"] >= 17


@pytest.mark.qemu
@pytest.mark.parametrize(
    "target",
    [
        "bare",
        pytest.param("native_sim", marks=pytest.mark.zephyr),
        pytest.param("zephyr", marks=[pytest.mark.zephyr, pytest.mark.slow]),
    ],
)
def test_the_user_replays_several_leds_and_smoothed_results(target, tmp_path, request) -> None:
    if target != "bare":
        request.getfixturevalue("workspace")
    save_recording(tmp_path / "mine.npz", simulate(5, 40, leds=2))
    words = ("--record", tmp_path / "mine.npz", "--target", target, "--output", tmp_path / "out")
    done = invoke("replay", *words, "--leds", "all", "--lag", 4)
    assert done.returncode == 0, done.stderr
    assert "\nall smoothed results, 4 hops late, equal it too\n" in done.stdout
    assert json.loads((tmp_path / "out" / "run.json").read_text())["hops"] >= 17


def test_a_lag_has_its_limits(tmp_path) -> None:
    for lag, found in (("9", "9"), ("-1", "-1")):
        done = invoke("replay", "--record", tmp_path / "none.npz", "--lag", lag)
        assert done.returncode == 1 and done.stderr.startswith("error: --lag: expected 0 "), done.stderr
        assert done.stderr.endswith(f"found {found}\n") and done.stderr.count("\n") == 1


def test_a_board_must_be_named(tmp_path) -> None:
    save_recording(tmp_path / "mine.npz", simulate(5, 20))
    done = invoke("replay", "--record", tmp_path / "mine.npz", "--target", "board", "--output", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: --board: expected a board of boards/hardware.toml, found none\n"
