# SPDX-License-Identifier: Apache-2.0
import zipfile

import numpy as np
import pytest
from tests.python.recordings.written.published_files import (
    SECONDS,
    dalia,
    signals,
    wesad,
    write_pickle,
    zip_tree,
)

from wristpulse.recordings import RecordingError, open_dataset


def write_dalia(folder, protocol=2):
    for subject in ("S1", "S2", "S10"):
        write_pickle(folder / "PPG_FieldStudy" / subject / f"{subject}.pkl", dalia(subject=subject), protocol)
    return folder


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_dalia_in_the_protocols_of_python_2(tmp_path, protocol):
    recordings = open_dataset("dalia", write_dalia(tmp_path, protocol))
    assert [r.subject for r in recordings] == ["S1", "S2", "S10"]
    first = recordings[0]
    assert first.ppg.shape == (SECONDS * 64, 1) and first.fs_ppg == 64.0
    assert np.allclose(first.acc, signals(SECONDS, 32), atol=1e-6)
    assert np.allclose(first.hr, 90) and first.hr_start_s[-1] == 32.0
    assert first.activity[0] == 1 and first.activity[-1] == 7
    assert np.abs(first.ppg).max() == pytest.approx(60, rel=0.01)


def test_dalia_from_archives(tmp_path):
    """A zip of the folder, UCI's zip around a zip, and the folder itself are the same recordings."""
    write_dalia(tmp_path / "tree")
    inner = zip_tree(tmp_path / "data.zip", tmp_path / "tree")
    outer = tmp_path / "ppg+dalia.zip"
    with zipfile.ZipFile(outer, "w") as file:
        file.write(inner, "data.zip")
        file.writestr("readme.pdf", b"%PDF")
    plain = open_dataset("dalia", tmp_path / "tree")
    for place in (inner, outer, tmp_path):
        zipped = open_dataset("dalia", place)
        assert [r.subject for r in zipped] == ["S1", "S10", "S2"]
        by_name = {r.name: r for r in zipped}
        for recording in plain:
            np.testing.assert_array_equal(by_name[recording.name].ppg, recording.ppg)


@pytest.mark.parametrize("bpm", [55.0, 90.0, 150.0])
def test_wesad_rate_comes_from_the_ecg(tmp_path, bpm):
    write_pickle(tmp_path / "WESAD" / "S2" / "S2.pkl", wesad(60, bpm))
    (recording,) = open_dataset("wesad", tmp_path)
    assert recording.hr.shape == (27,)
    assert np.abs(recording.hr - bpm).max() < 0.5
    assert np.allclose(recording.acc, signals(60, 32), atol=1 / 64)


def test_wesad_without_beats_has_no_rate(tmp_path):
    content = wesad(60)
    content["signal"]["chest"]["ECG"][:] = 0.0
    write_pickle(tmp_path / "S2" / "S2.pkl", content)
    (recording,) = open_dataset("wesad", tmp_path)
    assert np.isnan(recording.hr).all()


def test_wesad_lost_electrode_leaves_unknown_windows(tmp_path):
    content = wesad(90, 80.0)
    content["signal"]["chest"]["ECG"][30 * 700 : 50 * 700] = 0.0
    write_pickle(tmp_path / "S2" / "S2.pkl", content)
    (recording,) = open_dataset("wesad", tmp_path)
    lost = (recording.hr_start_s >= 31) & (recording.hr_start_s <= 41)
    assert np.isnan(recording.hr[lost]).all()
    assert np.nanmax(np.abs(recording.hr - 80)) < 1.0


def _set(content, keys, value):
    for key in keys[:-1]:
        content = content[key]
    if value is None:
        del content[keys[-1]]
    else:
        content[keys[-1]] = value


WRIST = ("signal", "wrist")
BAD = [
    (dalia, ("signal",), None, "signal"),
    (dalia, (*WRIST, "BVP"), None, "signal/wrist/BVP"),
    (dalia, (*WRIST, "BVP"), [1.0, 2.0], "signal/wrist/BVP"),
    (dalia, (*WRIST, "BVP"), np.zeros(SECONDS * 64), "ppg"),
    (dalia, (*WRIST, "BVP"), np.full((SECONDS * 64, 1), np.nan), "ppg"),
    (dalia, (*WRIST, "ACC"), np.full((SECONDS * 32, 2), 0.7), "acc"),
    (dalia, (*WRIST, "ACC"), np.full((SECONDS * 64, 3), 0.6), "acc"),
    (dalia, ("label",), np.full(400, 90.0), "activity"),
    (dalia, ("activity",), np.full((SECONDS * 4, 1), 77.0), "activity"),
    (wesad, ("signal", "chest", "ECG"), None, "signal/chest/ECG"),
    (wesad, ("signal", "chest", "ECG"), np.zeros((SECONDS * 350, 1)), "signal/chest/ECG"),
    (wesad, ("signal", "chest", "ECG"), np.full((SECONDS * 700, 1), np.inf), "signal/chest/ECG"),
]


@pytest.mark.parametrize(("make", "keys", "value", "field"), BAD)
def test_wrong_content(tmp_path, make, keys, value, field):
    content = make()
    _set(content, keys, value)
    path = write_pickle(tmp_path / "S2" / "S2.pkl", content)
    with pytest.raises(RecordingError) as error:
        open_dataset(make.__name__, tmp_path)
    assert error.value.where == str(path) and error.value.what == field


def test_recording_shorter_than_a_window(tmp_path):
    write_pickle(tmp_path / "S2" / "S2.pkl", dalia(7.9) | {"label": np.zeros(0)})
    with pytest.raises(RecordingError, match="at least one window of 8 s, found 7.9"):
        open_dataset("dalia", tmp_path)


def test_zip_without_subjects(tmp_path):
    with zipfile.ZipFile(tmp_path / "WESAD.zip", "w") as file:
        file.writestr("WESAD.txt", "see elsewhere")
    with pytest.raises(RecordingError, match="WESAD.zip: members: expected S1/S1.pkl"):
        open_dataset("wesad", tmp_path)
