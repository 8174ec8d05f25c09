# SPDX-License-Identifier: Apache-2.0
"""What a user's mistake looks like: one line, a non-zero exit, nothing half-written."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.io

ROOT = Path(__file__).resolve().parents[3]


def invoke(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "invoke", *map(str, words)], cwd=ROOT, capture_output=True, text=True
    )


def bami(folder: Path, samples: int = 3000, **changes) -> Path:
    rng = np.random.default_rng(1)
    beats = np.arange(0.5, samples / 50, 0.8)
    content = {
        "sigPPG": rng.integers(30_000, 40_000, (3, samples), dtype=np.uint16),
        "sigAcc": np.full((3, samples), 32768 + 2365, np.uint16),
        "sigGyro": np.full((3, samples), 32768, np.uint16),
        "timeECG": beats[:, None],
        "bpmECG": np.full((len(beats), 1), 75.0),
    }
    path = folder / "Subject_1.mat"
    scipy.io.savemat(path, {**content, **changes}, do_compression=True)
    return path


def truncated(folder):
    path = bami(folder)
    path.write_bytes(path.read_bytes()[:2000])


def of_another_kind(folder):
    (folder / "Subject_1.mat").write_text("heart, rate\n1, 2\n")


def with_nan(folder):
    signal = np.full((3, 3000), 35_000.0)
    signal[1, 77] = np.nan
    bami(folder, sigPPG=signal)


def too_short(folder):
    bami(folder, samples=300)


@pytest.mark.parametrize("damage", [truncated, of_another_kind, with_nan, too_short])
def test_a_bad_recording_ends_the_task_with_one_line(tmp_path, damage):
    damage(tmp_path)
    run = invoke("train", "--dataset", "bami1", "--data", tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ") and "Subject_1.mat" in lines[0]
    assert "expected" in lines[0] and "found" in lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("train", "--dataset", "bami1", "--data", "/no/such/folder"), "/no/such/folder: folder: expected"),
        (("train", "--dataset", "heartbeats"), "heartbeats"),
        (("train", "--dataset", "bami1"), "folder"),
        (("train", "--data", "real"), "--data: real: expected a data set to read from there"),
        (("demo", "--config", "nope"), "nope.toml: file: expected one of"),
        (("train", "--test", "nobody"), "data.test: expected subjects among"),
        (("replay", "--record", "none.npz", "--picture", "gif"), "gif"),
        (("embed", "--student", "/no/such", "--output", "/tmp"), "expected the result of `invoke quantize`"),
        (("evaluate", "--seeds", "1,x"), "--seeds: expected a whole number, found x"),
        (("evaluate", "--relations", "gram"), "sweep.relations: expected some of rkd, response, none"),
        (("no-pulse", "--folds", "/nowhere"), "/nowhere: expected finished folds of spectral-8k-none"),
        (("first-fix", "--folds", "/nowhere", "--valid", "much"), "--valid: expected a number, found much"),
        (("everyone", "--folds", "/nowhere", "--protocol", "loso"), "--protocol: expected one of bami-spc"),
        (("streaming", "--data", "/nowhere"), "/nowhere: folder: expected the folder of bami1"),
    ],
)
def test_a_bad_argument_ends_the_task_with_one_line(words, message):
    run = invoke(*words)
    assert run.returncode == 1
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1 and message in lines[0], run.stderr
