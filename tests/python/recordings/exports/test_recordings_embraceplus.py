# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from tests.python.recordings.written.published_files import SECONDS, pulse, signals
from tests.python.recordings.written.user_files import START, write_embraceplus, zip_flat

from wristpulse.recordings import RecordingError, open_dataset
from wristpulse.recordings.exports.embraceplus import read_embraceplus


def test_zip_and_folder_are_the_same_recording(tmp_path):
    folder = write_embraceplus(tmp_path / "session")
    (plain,) = read_embraceplus(folder, subject="anna")
    (zipped,) = read_embraceplus(zip_flat(tmp_path / "a.zip", folder, "out/"))
    assert (plain.subject, zipped.subject, plain.fs_ppg, plain.fs_acc) == ("anna", "a", 64.0, 64.0)
    np.testing.assert_array_equal(plain.ppg, zipped.ppg)
    assert np.allclose(plain.ppg[:, 0], pulse(SECONDS, 64) * 30, atol=1e-4)
    assert np.allclose(plain.acc, signals(SECONDS, 64), atol=1e-6) and plain.hr is None


def test_parts_follow_each_other_and_a_pause_parts_them(tmp_path):
    """The portal's files are of 15 minutes each."""
    folder = tmp_path / "anna"
    for part, start in (("_2", 20), ("_1", 0), ("_3", 70)):
        write_embraceplus(folder, 20, part, START + start)
    first, second = open_dataset("embraceplus", tmp_path)
    assert [r.name for r in (first, second)] == ["anna-1", "anna-2"] and first.subject == "anna"
    assert first.seconds == pytest.approx(40, abs=0.1) and second.seconds == pytest.approx(20, abs=0.1)


def test_wrong_content(tmp_path):
    folder = write_embraceplus(tmp_path / "s")
    (folder / "bvp.csv").write_text("unix_timestamp,eda\n1,2\n")
    with pytest.raises(RecordingError, match="bvp.csv: bvp: expected a column of that kind, found unix_time"):
        read_embraceplus(folder)
    (folder / "bvp.csv").unlink()
    with pytest.raises(RecordingError, match="expected a table bvp.csv"):
        read_embraceplus(folder)
