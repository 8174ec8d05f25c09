# SPDX-License-Identifier: Apache-2.0
import dataclasses

import numpy as np
import pytest

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import RecordingError, load_recording, open_dataset, save_recording, simulate
from wristpulse.recordings.__main__ import main
from wristpulse.recordings.scale import dark_note


@pytest.fixture(scope="module")
def recording():
    return simulate(3, 60, leds=2)


def write(path, recording, **change):
    content = {"format": "pulse-recording-1", "ppg": recording.ppg, "fs_ppg": 64.0}
    content |= {"acc": recording.acc, "fs_acc": 32.0, "hr": recording.hr}
    np.savez(path, **{k: v for k, v in (content | change).items() if v is not None})
    return path


def test_what_is_saved_is_loaded(tmp_path, recording):
    save_recording(tmp_path / "x.npz", recording)
    loaded = load_recording(tmp_path / "x.npz")
    for field in dataclasses.fields(recording):
        np.testing.assert_array_equal(getattr(loaded, field.name), getattr(recording, field.name))
    assert loaded.ppg.dtype == np.float32


def test_the_least_that_is_needed(tmp_path, recording):
    write(tmp_path / "anna.npz", recording, hr=None, ppg=recording.ppg[:, 0])
    write(tmp_path / "bob.npz", recording)
    anna, bob = open_dataset("own", tmp_path)
    assert (anna.subject, anna.name, anna.dataset) == ("anna", "anna", "own")
    assert anna.hr is None and anna.ppg.shape[1] == 1
    np.testing.assert_array_equal(bob.hr, recording.hr)
    np.testing.assert_array_equal(anna.hr_start_s, bob.hr_start_s)


BAD = {
    "no format": ({"format": None}, "format"),
    "other format": ({"format": "csv"}, "format"),
    "no acc": ({"acc": None}, "acc"),
    "text": ({"ppg": np.array(["a", "b"])}, "ppg"),
    "rate 0": ({"fs_ppg": 0.0}, "fs_ppg"),
    "two rates": ({"fs_acc": np.array([32.0, 50.0])}, "fs_acc"),
    "wrong rate": ({"fs_acc": 64.0}, "acc"),
    "m/s2": ({"acc": np.full((1920, 3), 5.6)}, "acc"),
    "scale": ({"ppg_lsb": 1e-6}, "ppg_lsb, ppg_zero"),
    "flat": ({"ppg": np.full(3840, 7.0)}, "ppg"),
    "flat, with a scale": ({"ppg": np.full(3840, 7.0), "ppg_lsb": 1.0}, "ppg_lsb, ppg_zero"),
    "acc at 1 Hz": ({"acc": np.full((60, 3), 0.6), "fs_acc": 1.0}, "fs_acc"),
    "acc at 8 Hz": ({"acc": np.full((480, 3), 0.6), "fs_acc": 8.0}, "fs_acc"),
    "labels": ({"hr": np.full(5, 80.0), "hr_start_s": np.arange(4.0)}, "hr"),
    "label times": ({"hr": np.full(3, 80.0), "hr_start_s": np.array([4.0, 2.0, 0.0])}, "hr_start_s"),
    "led": ({"led": 2}, "led"),
    "activity": ({"activity": np.full(27, 99)}, "activity"),
    "contact": ({"contact": np.ones(3, dtype=bool)}, "contact"),
    "rate 0, no labels": ({"fs_ppg": 0.0, "hr": None}, "fs_ppg"),
    "one number": ({"ppg": np.array(7.0), "hr": None}, "ppg"),
    "text for labels": ({"hr": np.full(27, "fast")}, "hr"),
    "text for times": ({"hr_start_s": np.full(27, "noon")}, "hr_start_s"),
    "half an led": ({"led": 0.5}, "led"),
    "half a zero": ({"ppg_zero": 0.5}, "ppg_zero"),
    "path for a name": ({"name": "../anna"}, "name"),
    "folder for a subject": ({"subject": "a/b"}, "subject"),
    "no name": ({"name": ""}, "name"),
    "not finite": ({"ppg": np.full(3840, np.nan)}, "ppg"),
}


@pytest.mark.parametrize("case", BAD)
def test_wrong_content(tmp_path, recording, case):
    change, field = BAD[case]
    path = write(tmp_path / "x.npz", recording, **change)
    with pytest.raises(RecordingError) as error:
        load_recording(path)
    assert error.value.where == str(path) and error.value.what == field


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"PK\x03\x04 cut", "a .npz cut short"),
        (b"1544027337.0\n64.0\n-0.00\n" * 99, "a text file"),
        (b"\x93NUMPY\x01\x00", "a single array"),
        (bytes(range(256)), "another kind of file"),
    ],
)
def test_broken_file(tmp_path, content, found):
    """Numpy's own words would be its advice to allow pickles."""
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="x.npz: file: expected a whole .npz") as error:
        load_recording(path)
    assert error.value.found.startswith(found) and "allow_pickle" not in str(error.value)


@pytest.mark.parametrize("keep", [0.3, 0.99])
def test_truncated_file(tmp_path, recording, keep):
    path = tmp_path / "x.npz"
    save_recording(path, recording)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(RecordingError, match="x.npz: file"):
        load_recording(path)


def test_arrays_of_python_objects_are_refused(tmp_path, recording):
    path = write(tmp_path / "x.npz", recording, licence=np.array([print], dtype=object))
    with pytest.raises(RecordingError, match="x.npz: file: .*pickle") as error:
        load_recording(path)
    assert "allow_pickle" not in str(error.value)


def test_ppg_without_a_scale_is_put_in_range(tmp_path, recording):
    """A 12-bit PPG and a high-passed one; taken as 18-bit counts the first is dark throughout."""
    twelve_bits = np.round(2000 + (recording.ppg - 131072) / 600)
    for ppg, zero in ((twelve_bits, 0), ((recording.ppg - np.median(recording.ppg)) / 40, 131072)):
        loaded = load_recording(write(tmp_path / "x.npz", recording, ppg=ppg))
        counts = to_counts(loaded).ppg
        assert (
            loaded.ppg_zero == zero and np.mean(counts < 4096) < 0.01 and np.mean(counts > 2**18 - 2) < 0.01
        )


def test_ppg_that_the_device_takes_for_dark_is_told(tmp_path, recording):
    given = write(tmp_path / "x.npz", recording, ppg=recording.ppg / 64, ppg_lsb=1.0, ppg_zero=0)
    note = dark_note(load_recording(given))
    assert note.startswith("x: ") and "below 4096 counts" in note and "ppg_lsb=" in note
    assert dark_note(recording) is None


def test_full_disk_keeps_the_file_that_was_there(tmp_path, recording, monkeypatch):
    path = tmp_path / "x.npz"
    save_recording(path, recording)
    before = path.read_bytes()

    def full(file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        save_recording(path, recording)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["x.npz"]


def test_export_opens_as_own(tmp_path, recording, capsys):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "anna.npz", recording, dataset="mine", label_offset_s=1.5)
    assert main(["own", "--data", str(tmp_path / "in"), "--export", str(tmp_path / "out")]) == 0
    (exported,) = open_dataset("own", tmp_path / "out")
    assert (exported.dataset, exported.name, exported.label_offset_s) == ("mine", "anna", 1.5)
    np.testing.assert_array_equal(exported.ppg, recording.ppg)


def test_two_of_one_name_are_refused(tmp_path, recording, capsys):
    """One would take the other's place in an export."""
    for name in ("a", "b"):
        write(tmp_path / f"{name}.npz", recording, name="anna")
    assert main(["own", "--data", str(tmp_path), "--export", str(tmp_path / "out")]) == 1
    assert "b.npz: name: expected one of its own, found anna, as in a.npz\n" in capsys.readouterr().err


def test_command_prints_the_table(tmp_path, recording, capsys):
    write(tmp_path / "anna.npz", recording)
    assert main(["own", "--data", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "anna" in text and "2x64" in text and "27" in text
    (tmp_path / "anna.npz").write_bytes(b"nothing")
    assert main(["own", "--data", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and "anna.npz" in captured.err
