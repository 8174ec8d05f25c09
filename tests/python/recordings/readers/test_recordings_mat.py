# SPDX-License-Identifier: Apache-2.0
import pickle

import numpy as np
import pytest
import scipy.io
from tests.python.recordings.written.published_files import (
    SECONDS,
    signals,
    write_bami1,
    write_bami2,
    write_troika,
)

from wristpulse.recordings import DATASETS, RecordingError, open_dataset
from wristpulse.recordings.readers.reference import beat_rate

WRITERS = {"troika": write_troika, "bami1": write_bami1, "bami2": write_bami2}


def test_troika_reads_signals_and_labels(tmp_path):
    write_troika(tmp_path, BPM0=np.array([[90.0], [29.0], [221.0], [95.0]]))
    (recording,) = open_dataset("troika", tmp_path)
    assert (recording.subject, recording.name, recording.fs_ppg) == ("S01", "DATA_01_TYPE01", 125.0)
    assert recording.ppg.shape == (SECONDS * 125, 2) and recording.ppg.dtype == np.float32
    assert np.allclose(recording.acc, signals(SECONDS, 125), atol=1e-6)
    np.testing.assert_array_equal(recording.hr, np.float32([90, np.nan, np.nan, 95]))
    np.testing.assert_array_equal(recording.hr_start_s, [0, 2, 4, 6])


def test_troika_test_recordings_have_no_ecg_row(tmp_path):
    sig = scipy.io.loadmat(write_troika(tmp_path))["sig"]
    scipy.io.savemat(tmp_path / "TEST_S03_T02.mat", {"sig": sig[1:]})
    scipy.io.savemat(tmp_path / "True_S03_T02.mat", {"BPM0": np.full((5, 1), 80.0)})
    training, test = open_dataset("troika", tmp_path)
    assert test.subject == "T03"
    np.testing.assert_array_equal(training.ppg, test.ppg)


def test_bami1_scales_and_labels(tmp_path):
    write_bami1(tmp_path)
    (recording,) = open_dataset("bami1", tmp_path)
    assert recording.ppg.shape == (SECONDS * 50, 3) and recording.ppg_lsb == 1.0
    assert np.allclose(recording.acc, signals(SECONDS, 50), atol=1 / 4096)
    assert recording.hr.shape == (17,) and np.allclose(recording.hr, 90)
    assert recording.label_offset_s == 3.0  # of subject 2
    assert recording.activity[0] == 1


def test_bami2_scales_and_labels(tmp_path):
    write_bami2(tmp_path)
    (recording,) = open_dataset("bami2", tmp_path)
    assert recording.subject == "S3" and recording.ppg_lsb == 1 / 16
    assert recording.hr.shape == (17,) and recording.ppg.max() < 4096


def test_parent_folder_is_enough(tmp_path):
    (tmp_path / "BAMI-1").mkdir()
    write_bami1(tmp_path / "BAMI-1")
    assert len(open_dataset("bami1", tmp_path)) == 1


def test_beat_rate_rejects_glitches_and_lost_beats():
    times = np.arange(0.25, 24.0, 0.5)  # 120 BPM
    rates = np.full(len(times), 120.0)
    rates[3] = 250.0
    gone = (times > 8) & (times < 13)  # five of the second window's eight seconds
    hr = beat_rate(times[~gone], rates[~gone], np.array([0.0, 8.0, 16.0, 40.0]))
    np.testing.assert_array_equal(hr, np.float32([120, np.nan, 120, np.nan]))


def test_a_first_value_far_off_the_second_is_a_glitch(tmp_path):
    write_bami2(tmp_path, bpm_ecg=np.array([[37.0], [81.0], [80.0], [36.0]]))
    (recording,) = open_dataset("bami2", tmp_path)
    np.testing.assert_array_equal(recording.hr, np.float32([np.nan, 81, 80, 36]))


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
def test_truncated_file(tmp_path, name, keep):
    path = WRITERS[name](tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(RecordingError) as error:
        open_dataset(name, tmp_path)
    assert path.name in str(error.value) and "expected" in str(error.value) and "found" in str(error.value)


@pytest.mark.parametrize("name", WRITERS)
def test_file_of_another_kind(tmp_path, name):
    path = WRITERS[name](tmp_path)
    path.write_bytes(b"%PDF-1.4 this is not a recording\n" * 40)
    with pytest.raises(RecordingError) as error:
        open_dataset(name, tmp_path)
    assert error.value.where == str(path) and error.value.what == "file"


BAD = {  # (writer, changes): field named by the error
    "troika rows": ("troika", {"sig": np.ones((4, 5000))}, "sig"),
    "troika text": ("troika", {"sig": "none"}, "sig"),
    "troika without gravity": ("troika", {"sig": np.zeros((6, 5000))}, "acc"),
    "troika m/s2": ("troika", {"sig": np.full((6, 5000), 5.7)}, "acc"),
    "troika short": ("troika", {"sig": np.full((6, 900), 0.6)}, "ppg, acc"),
    "troika labels beyond": ("troika", {"BPM0": np.full((60, 1), 90.0)}, "hr"),
    "bami1 type": ("bami1", {"sigPPG": np.full((3, 2000), 0.5)}, "PPG"),
    "bami1 beats": ("bami1", {"bpmECG": np.full((3, 1), 90.0)}, "bpmECG"),
    "bami1 rate": ("bami1", {"sigAcc": np.full((3, 4000), 35000, np.uint16)}, "acc"),
    "bami2 rows": ("bami2", {"rawAcc": np.full((2, 2000), 35000, np.uint16)}, "rawAcc"),
}


@pytest.mark.parametrize("case", BAD)
def test_wrong_content(tmp_path, case):
    name, change, field = BAD[case]
    path = WRITERS[name](tmp_path, **change)
    with pytest.raises(RecordingError) as error:
        open_dataset(name, tmp_path)
    assert error.value.where == str(path) and error.value.what == field
    assert str(error.value).count("\n") == 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_finite(tmp_path, value):
    sig = scipy.io.loadmat(write_troika(tmp_path))["sig"]
    sig[1, 321] = value
    path = write_troika(tmp_path, sig=sig)
    with pytest.raises(RecordingError, match="finite samples, found 1 that are not, the first at sample 321"):
        open_dataset("troika", path.parent)


def test_missing_matrix_names_what_is_there(tmp_path):
    path = tmp_path / "Subject_1.mat"
    scipy.io.savemat(path, {"other": np.ones((2, 2))})
    with pytest.raises(RecordingError, match="Subject_1.mat: sigPPG: expected .* found only other"):
        open_dataset("bami1", tmp_path)


def test_missing_label_file(tmp_path):
    write_troika(tmp_path)
    (tmp_path / "DATA_01_TYPE01_BPMtrace.mat").unlink()
    with pytest.raises(RecordingError, match="DATA_01_TYPE01_BPMtrace.mat: file: .* no such file"):
        open_dataset("troika", tmp_path)


@pytest.mark.parametrize("name", DATASETS)
def test_missing_and_empty_folder(tmp_path, name):
    with pytest.raises(RecordingError, match="no such folder"):
        open_dataset(name, tmp_path / "absent")
    with pytest.raises(RecordingError, match="found nothing"):
        open_dataset(name, tmp_path)


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(RecordingError("a.mat", "sig", "6 rows", "5")))
    assert str(error) == "a.mat: sig: expected 6 rows, found 5" and error.what == "sig"


def test_unknown_name(tmp_path):
    with pytest.raises(RecordingError, match="expected one of simulator, world, troika"):
        open_dataset("tokia", tmp_path)
    with pytest.raises(RecordingError, match="none given"):
        open_dataset("troika")
