# SPDX-License-Identifier: Apache-2.0
import pytest
from tests.python.recordings.written.user_files import (
    write_csv,
    write_e4,
    write_embraceplus,
    write_polar,
    zip_flat,
)
from tests.python.recordings.written.wfdb_files import write as write_wfdb

from wristpulse.recordings import RecordingError, save_recording, simulate
from wristpulse.recordings.opening import open_recordings


def write_npz(path):
    save_recording(path, simulate(1, 20))
    return path


FILES = {  # what a user names: the data set it is of
    "own .npz": (lambda d: write_npz(d / "a.npz"), "simulator"),
    "folder of .npz": (lambda d: write_npz(d / "a.npz").parent, "simulator"),
    "E4 folder": (lambda d: write_e4(d / "s"), "e4"),
    "E4 zip": (lambda d: zip_flat(d / "a.zip", write_e4(d / "s")), "e4"),
    "E4's BVP.csv": (lambda d: write_e4(d / "s") / "BVP.csv", "e4"),
    "EmbracePlus folder": (lambda d: write_embraceplus(d / "s"), "embraceplus"),
    "EmbracePlus zip": (lambda d: zip_flat(d / "a.zip", write_embraceplus(d / "s")), "embraceplus"),
    "Polar's light": (lambda d: write_polar(d), "polar"),
    "folder of Polar's": (lambda d: write_polar(d).parent, "polar"),
    "WFDB": (lambda d: write_wfdb(d), "physionet-wrist"),
    "CSV": (lambda d: write_csv(d / "a.csv"), "csv"),
    "folder of CSV": (lambda d: write_csv(d / "a.csv").parent, "csv"),
}


@pytest.mark.parametrize("case", FILES)
def test_opens_it_by_what_it_is(tmp_path, case):
    make, dataset = FILES[case]
    (recording,) = open_recordings(make(tmp_path))
    assert recording.dataset == dataset and recording.seconds > 19


@pytest.mark.parametrize("name", ["absent.csv", "a.pdf", "folder", "a.zip"])
def test_what_is_none_of_these(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    zip_flat(tmp_path / "a.zip", tmp_path / "folder")
    with pytest.raises(RecordingError, match="expected an .npz .*Polar") as error:
        open_recordings(tmp_path / name)
    assert name in error.value.where
