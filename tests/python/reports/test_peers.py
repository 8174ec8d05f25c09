# SPDX-License-Identifier: Apache-2.0
"""The comparison with peers, on a stand-in for a package; the real ones are run by `invoke peers`."""

import dataclasses
import json
import re
import stat
import sys

import numpy as np
import pytest

from wristpulse.data.labels import window_labels
from wristpulse.recordings import simulate
from wristpulse.student.card import STUDENTS, load_student
from wristpulse_tools.peers import compare, environment, ours, packages, spectral_peak
from wristpulse_tools.peers.estimates import Estimates
from wristpulse_tools.peers.table import table

PACKAGE = """
import numpy as np

def infer_hr_uncertainty(ppg, ppg_freq, acc, acc_freq):
    assert ppg.ndim == 2 and acc.shape[1] == 3 and type(ppg_freq) is type(acc_freq) is int
    assert ppg_freq >= 64
    n = int((len(ppg) / ppg_freq - 20) // 2) + 1
    return np.full(n, 100.0 + ppg.shape[1]), np.arange(n), None
"""


@pytest.fixture
def recordings():
    people = [simulate(n, 40.0, leds=2) for n in (1, 2)]
    return [
        dataclasses.replace(r, dataset="troika", subject=subject, name=subject)
        for r, subject in zip(people, ("S05", "T01"), strict=True)
    ]


@pytest.fixture
def package(tmp_path):
    """The stand-in's file, in a folder that `python` finds."""
    folder = tmp_path / "beliefppg" / "inference"
    folder.mkdir(parents=True)
    for init in (folder.parent / "__init__.py", folder / "__init__.py"):
        init.write_text("")
    (folder / "inference.py").write_text(PACKAGE)
    about = tmp_path / "beliefppg-9.9.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: beliefppg\nVersion: 9.9\n")
    return folder / "inference.py"


@pytest.fixture
def python(tmp_path, package):
    """A Python that finds a package named beliefppg beside it."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def test_the_peer_gets_the_recordings_and_its_estimates_their_windows(recordings, python, tmp_path):
    for peer, bpm in ((packages.BELIEFPPG, 102.0), (packages.BELIEFPPG_ONE_LED, 101.0)):
        version, runs = packages.runs_of(peer, python, recordings, tmp_path)
        assert version == "9.9" and [run.method for run in runs] == [peer.title] * 2
        for run in runs:
            assert run.end_s[0] == 20.0 and run.end_s[1] == 22.0 and run.end_s[-1] <= run.recording.seconds
            assert (run.bpm == bpm).all() and (np.diff(run.certainty) == -1).all()


def test_a_slow_sensor_is_brought_to_the_rate_that_the_package_takes(recordings, python, tmp_path):
    slow = dataclasses.replace(recordings[0], ppg=recordings[0].ppg[::5], fs_ppg=12.8, contact=None)
    _, (run,) = packages.runs_of(packages.BELIEFPPG, python, [slow], tmp_path)
    assert run.end_s[-1] == 40.0


def test_all_are_side_by_side(recordings, python, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "chosen_recordings", lambda data, names, people: recordings)
    text = compare.compare(
        tmp_path,
        tmp_path / "out",
        datasets=["troika"],
        students={"people": STUDENTS["people"]},
        peers=["beliefppg", "beliefppg-one-led"],
        python=python,
        say=lambda line: None,
    )
    rows = json.loads((tmp_path / "out" / "metrics.json").read_text())["rows"]
    found = {(row["tested_on"], row["method"]): row for row in rows}
    assert {tested_on for tested_on, _ in found} == {"SPC S", "SPC T", "SPC"}
    assert found["SPC", "ours, `people`, one LED"]["learnt_from"] == 2  # its card has both
    ends = np.arange(20, 41, 2) * 1_000_000
    expected = np.abs(102.0 - window_labels(recordings[0], ends, aligned=True)).mean()
    assert found["SPC S", "BeliefPPG, all LEDs"]["mae"] == pytest.approx(expected)
    assert "may know" in (tmp_path / "out" / "table.md").read_text()
    assert re.search(r"^\| SPC S +\| ours, `people`, one LED \(learnt from 1 of them\)", text, re.MULTILINE)


def run_of(recording, method, error, certainty, valid=None):
    end_s = np.arange(20.0, 40.0, 2.0)
    label = window_labels(recording, end_s * 1e6, aligned=True)
    return Estimates(
        method=method, recording=recording, end_s=end_s, bpm=label + error, certainty=certainty, valid=valid
    )


def test_every_method_is_judged_at_the_share_that_the_first_one_shows(recordings):
    ten = np.arange(10.0)
    first = run_of(recordings[0], "ours", np.full(10, 1.0), ten, valid=ten >= 6)  # 4 of 10
    sure_and_wrong = run_of(recordings[0], "wrong", np.where(ten >= 8, 20.0, 0.0), ten)
    unsure_where_wrong = run_of(recordings[0], "right", np.where(ten >= 8, 20.0, 0.0), -ten)
    ours_row, wrong, right = (
        row for row in table([first, sure_and_wrong, unsure_where_wrong]) if row.tested_on == "SPC S"
    )
    assert (ours_row.coverage, wrong.coverage, right.coverage) == (0.4, 0.4, 0.4)
    assert (wrong.wrong_kept, right.wrong_kept) == (0.5, 0.0)
    assert wrong.mae == right.mae == pytest.approx(4.0) and wrong.mae_kept == pytest.approx(10.0)


def test_people_are_known_only_in_the_sets_that_the_student_learnt_from(recordings):
    other = dataclasses.replace(recordings[0], dataset="bami2")  # S05 there is somebody else
    known, unknown = ours.replayed("people", load_student("people"), [recordings[0], other])
    assert known.knows(recordings[0]) and not unknown.knows(other)


@pytest.mark.parametrize("bpm, fs", [(60.0, 25.0), (150.0, 128.0), (219.0, 64.0)])
def test_the_spectral_peak_is_the_frequency_of_a_tone(bpm, fs):
    t = np.arange(int(20 * fs)) / fs
    end_s, found, share = spectral_peak.estimate(1000 + 30 * t + np.sin(2 * np.pi * bpm / 60 * t), fs)
    assert end_s.tolist() == [8, 10, 12, 14, 16, 18, 20]
    assert np.abs(found - bpm).max() < 1.0 and (share > 0).all()


def test_what_an_interrupted_run_gave_is_kept(recordings, python, package, tmp_path):
    once = (
        "\n\nonce = iter([infer_hr_uncertainty])\ninfer_hr_uncertainty = lambda *given: next(once)(*given)\n"
    )
    package.write_text(PACKAGE + once)
    with pytest.raises(environment.PeerError, match="could not run the package"):
        packages.runs_of(packages.BELIEFPPG, python, recordings, tmp_path)
    first = list((tmp_path / "beliefppg-9.9").iterdir())
    package.write_text(PACKAGE.replace("100.0", "120.0"))
    _, runs = packages.runs_of(packages.BELIEFPPG, python, recordings, tmp_path)
    assert [run.bpm[0] for run in runs] == [102.0, 122.0]
    assert len(first) == 1 and first[0].suffix == ".npy"
    package.write_text("raise ImportError('not needed: all is there')")
    _, again = packages.runs_of(packages.BELIEFPPG, python, recordings, tmp_path)
    assert [run.bpm[0] for run in again] == [102.0, 122.0]


def test_without_a_network_it_says_so_and_leaves_nothing_that_looks_done(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(environment.PeerError) as caught:
        environment.environment(tmp_path, lambda line: None)
    message = str(caught.value)
    assert re.search("could not install its packages.*no package index.*is there a network.*refused", message)
    assert "\n" not in message and not (tmp_path / "venv" / "requirements.txt").exists()


def test_a_peer_that_does_not_run_is_one_error(recordings, python, package, tmp_path):
    package.write_text("raise ImportError('no such thing')")
    with pytest.raises(environment.PeerError, match="could not run the package.*no such thing"):
        packages.runs_of(packages.BELIEFPPG, python, recordings, tmp_path)
    package.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    with pytest.raises(environment.PeerError, match="ended by signal 15; run it again"):
        packages.runs_of(packages.BELIEFPPG, python, recordings, tmp_path)
    with pytest.raises(environment.PeerError, match="nowhere: expected a program"):
        packages.runs_of(packages.BELIEFPPG, tmp_path / "nowhere", recordings, tmp_path)


def test_an_unknown_peer_or_set_is_refused_with_the_known_ones(tmp_path):
    given = {"data": tmp_path, "output": tmp_path / "out", "students": {}}
    with pytest.raises(environment.PeerError, match="--peers: expected some of beliefppg.*found apple"):
        compare.compare(**given, peers=["apple"])
    with pytest.raises(environment.PeerError, match="--dataset: expected some of bami1.*found bami7"):
        compare.compare(**given, peers=[], datasets=["bami7"])
