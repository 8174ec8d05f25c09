# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from tests.python.recordings.written.published_files import SECONDS, pulse, signals
from tests.python.recordings.written.user_files import write_csv, write_e4, write_polar, zip_flat

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import RecordingError, open_dataset
from wristpulse.recordings.exports.e4 import read_e4


@pytest.mark.parametrize("under", ["", "1544027337_A0123B/"])
def test_zip_and_folder_are_the_same_recording(tmp_path, under):
    folder = write_e4(tmp_path / "session")
    zipped = read_e4(zip_flat(tmp_path / "1544027337_A0123B.zip", folder, under))
    plain = read_e4(folder, subject="anna")
    assert (plain.subject, zipped.subject, zipped.dataset) == ("anna", "1544027337_A0123B", "e4")
    np.testing.assert_array_equal(plain.ppg, zipped.ppg)
    np.testing.assert_array_equal(plain.acc, zipped.acc)
    assert (plain.fs_ppg, plain.fs_acc, plain.hr) == (64.0, 32.0, None)
    assert np.allclose(plain.ppg[:, 0], pulse(SECONDS, 64) * 60, atol=0.01)
    assert np.allclose(plain.acc, signals(SECONDS, 32), atol=1 / 64)
    counts = to_counts(plain).ppg
    assert counts.min() > 4096 and abs(counts.mean() - 131072) < 100


def test_signals_begin_where_the_later_one_does(tmp_path):
    recording = read_e4(write_e4(tmp_path / "s", late_acc=1.5))
    assert len(recording.ppg) == (SECONDS - 1.5) * 64
    assert np.allclose(recording.ppg[:, 0], pulse(SECONDS, 64)[96:] * 60, atol=0.01)


def test_folder_of_exports(tmp_path):
    zip_flat(tmp_path / "anna" / "monday.zip", write_e4(tmp_path / "raw" / "x"))
    write_e4(tmp_path / "anna" / "tuesday")
    (tmp_path / "raw").rename(tmp_path / "bob")
    found = {(r.subject, r.name) for r in open_dataset("e4", tmp_path)}
    assert found == {("anna", "anna-monday"), ("anna", "anna-tuesday"), ("bob", "bob-x")}


def test_the_sets_own_folder_comes_before_what_lies_beside_it(tmp_path):
    write_e4(tmp_path / "e4" / "anna")
    write_csv(tmp_path / "csv" / "bob.csv")
    assert [r.subject for r in open_dataset("e4", tmp_path)] == ["anna"]
    assert [r.subject for r in open_dataset("csv", tmp_path)] == ["bob"]


def test_folder_with_other_zips_only(tmp_path):
    zip_flat(tmp_path / "photos.zip", write_polar(tmp_path / "x").parent)
    with pytest.raises(RecordingError, match="folder: expected an Empatica E4's .* found none of them"):
        open_dataset("e4", tmp_path)


BAD = {
    "text": ("BVP.csv", "PulseSensor\n1\n2\n", "BVP.csv", "file"),
    "empty": ("ACC.csv", "", "ACC.csv", "file"),
    "one column": ("ACC.csv", "1544027337\n32\n1\n", "ACC.csv", "file"),
    "rate": ("BVP.csv", "1544027337\n0\n1\n2\n", "BVP.csv", "first lines"),
    "later day": ("ACC.csv", "1545027337,1545027337,1545027337\n32,32,32\n1,1,1\n", "s", "BVP.csv"),
}


@pytest.mark.filterwarnings("ignore:.*input contained no data")
@pytest.mark.parametrize("case", BAD)
def test_wrong_content(tmp_path, case):
    name, text, file, field = BAD[case]
    (write_e4(tmp_path / "s") / name).write_text(text)
    with pytest.raises(RecordingError) as error:
        read_e4(tmp_path / "s")
    assert error.value.where.endswith(file) and error.value.what == field and "\n" not in str(error.value)


def test_missing_files(tmp_path):
    with pytest.raises(RecordingError, match="no such file"):
        read_e4(tmp_path / "none.zip")
    (write_e4(tmp_path / "s") / "ACC.csv").unlink()
    with pytest.raises(RecordingError, match="expected one ACC.csv, found none"):
        read_e4(tmp_path / "s")
