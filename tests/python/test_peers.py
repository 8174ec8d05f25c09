# SPDX-License-Identifier: Apache-2.0
"""The comparison with a peer, on a stand-in for its package; the real one is run by `invoke peers`."""

import dataclasses
import json
import re
import stat
import sys

import numpy as np
import pytest

from wristpulse.data.labels import window_labels
from wristpulse.recordings import simulate
from wristpulse.student.card import RELEASED, load_student
from wristpulse_tools import peers

PACKAGE = """
import numpy as np

def infer_hr(ppg, ppg_freq, acc, acc_freq):
    assert ppg.ndim == 2 and acc.shape[1] == 3 and type(ppg_freq) is type(acc_freq) is int
    n = int((len(ppg) / ppg_freq - 20) // 2) + 1
    return np.full(n, 100.0 + ppg.shape[1]), np.arange(n)
"""


@pytest.fixture
def recordings():
    people = [simulate(n, 40.0, leds=2) for n in (1, 2)]
    return [
        dataclasses.replace(r, dataset="troika", subject=subject, name=subject)
        for r, subject in zip(people, ("S05", "T01"), strict=True)
    ]


@pytest.fixture
def python(tmp_path):
    """A Python that finds a package named beliefppg beside it."""
    (tmp_path / "beliefppg").mkdir()
    (tmp_path / "beliefppg" / "__init__.py").write_text(PACKAGE)
    about = tmp_path / "beliefppg-9.9.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: beliefppg\nVersion: 9.9\n")
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def test_the_peer_gets_the_recordings_and_its_estimates_their_windows(recordings, python, tmp_path):
    version, runs = peers.beliefppg(python, recordings, tmp_path, one_led=True)
    assert version == "9.9"
    assert [(run.method, run.bpm[0]) for run in runs[::2]] == [
        ("BeliefPPG, all LEDs", 102.0),
        ("BeliefPPG, one LED", 101.0),
    ]
    for run in runs:
        assert run.end_s[0] == 20.0 and run.end_s[1] == 22.0 and run.end_s[-1] <= run.recording.seconds


def test_both_are_side_by_side_and_the_held_out_by_themselves(recordings, python, tmp_path, monkeypatch):
    student = load_student(RELEASED)
    roles = {"train": ["bami1/S05", "troika/T01"], "validation": [], "test": ["troika/S05"]}
    student = dataclasses.replace(student, card=dataclasses.replace(student.card, subjects=roles))
    monkeypatch.setattr(peers, "load_student", lambda folder: student)
    monkeypatch.setattr(peers, "open_dataset", lambda name, data: recordings)
    text = peers.compare(
        "troika", tmp_path, python, None, RELEASED, tmp_path / "out", True, lambda line: None
    )
    rows = json.loads((tmp_path / "out" / "metrics.json").read_text())["rows"]
    found = {(row["group"], row["method"]): row for row in rows}
    assert {group for group, _ in found} == {"all", "SPC training", "SPC test", "people ours never saw"}
    assert found["all", "ours, released student (knows 1 of 2)"]["people"] == 2
    assert found["people ours never saw", "BeliefPPG, one LED"]["people"] == 1
    ends = np.arange(20, 41, 2) * 1_000_000
    expected = np.abs(102.0 - window_labels(recordings[0], ends, aligned=True)).mean()
    assert found["SPC training", "BeliefPPG, all LEDs"]["aligned"] == pytest.approx(expected)
    assert "may know" in (tmp_path / "out" / "table.md").read_text()
    assert re.search(r"^\| all +\| ours", text, re.MULTILINE)


def test_what_an_interrupted_run_gave_is_kept(recordings, python, tmp_path):
    package = tmp_path / "beliefppg" / "__init__.py"
    package.write_text(
        PACKAGE + "\n\nonce = iter([infer_hr])\ninfer_hr = lambda *given: next(once)(*given)\n"
    )
    with pytest.raises(peers.PeerError, match="could not run the package"):
        peers.beliefppg(python, recordings, tmp_path, one_led=False)
    first = list((tmp_path / "beliefppg-9.9").iterdir())
    package.write_text(PACKAGE.replace("100.0", "120.0"))
    _, runs = peers.beliefppg(python, recordings, tmp_path, one_led=True)
    assert [run.bpm[0] for run in runs] == [102.0, 122.0, 121.0, 121.0]
    assert len(first) == 1 and first[0].suffix == ".npy"
    package.write_text("raise ImportError('not needed: all is there')")
    _, again = peers.beliefppg(python, recordings, tmp_path, one_led=False)
    assert [run.bpm[0] for run in again] == [102.0, 122.0]


def test_without_a_network_it_says_so_and_leaves_nothing_that_looks_done(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(peers.PeerError) as caught:
        peers.environment(tmp_path, lambda line: None)
    message = str(caught.value)
    assert re.search("could not install its packages.*no package index.*is there a network.*refused", message)
    assert "\n" not in message and not (tmp_path / "venv" / "requirements.txt").exists()


def test_a_peer_that_does_not_run_is_one_error(recordings, python, tmp_path):
    (tmp_path / "beliefppg" / "__init__.py").write_text("raise ImportError('no such thing')")
    with pytest.raises(peers.PeerError, match="could not run the package.*no such thing"):
        peers.beliefppg(python, recordings, tmp_path, one_led=False)
    package_ended = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"
    (tmp_path / "beliefppg" / "__init__.py").write_text(package_ended)
    with pytest.raises(peers.PeerError, match="ended by signal 15; run it again"):
        peers.beliefppg(python, recordings, tmp_path, one_led=False)
    with pytest.raises(peers.PeerError, match="nowhere: expected a program"):
        peers.beliefppg(tmp_path / "nowhere", recordings, tmp_path, one_led=False)
