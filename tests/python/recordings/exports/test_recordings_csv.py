# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from tests.python.recordings.written.published_files import SECONDS, pulse, signals
from tests.python.recordings.written.user_files import lines, write_csv

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import RecordingError, open_dataset
from wristpulse.recordings.exports.generic_csv import read_csv
from wristpulse.recordings.scale import PpgScale

FS = 50.0
T = np.arange(round(SECONDS * FS)) / FS
DATES = (np.datetime64("2026-01-31T12:00:00") + np.round(T * 1e3).astype("timedelta64[ms]")).astype(str)

TIMES = {  # column's name, times
    "seconds": ("time", T),
    "since 1970": ("timestamp", T + 1.7e9),
    "ms by the name": ("time [ms]", T * 1e3),
    "ms by the step": ("t", np.round(T * 1e3)),
    "ms since 1970": ("unix_timestamp", np.round((T + 1.7e9) * 1e3).astype(np.int64)),
    "ms since the start of a device, two weeks ago": ("time", np.round(T * 1e3) + 1.2e9),
    "us": ("time_us", np.round(T * 1e6).astype(np.int64)),
    "us by the step": ("Time", np.round(T * 1e6).astype(np.int64)),
    "ns since 1970": ("timestamp", np.round((T + 1.7e9) * 1e6).astype(np.int64) * 1000),
    "ISO": ("datetime", DATES),
    "ISO, UTC": ("time", np.char.add(DATES, "Z")),
    "ISO, zone": ("time", np.char.add(np.char.replace(DATES, "T", " "), "+02:00")),
}


@pytest.mark.parametrize("case", TIMES)
def test_times_in_any_unit(tmp_path, case):
    name, t = TIMES[case]
    (recording,) = read_csv(write_csv(tmp_path / "anna.csv", time=t, header=f"{name},ppg,x,y,z"))
    assert recording.fs_ppg == pytest.approx(FS, rel=1e-4) and recording.subject == recording.name == "anna"
    assert np.allclose(recording.ppg[:, 0], np.round(2000 + 20 * pulse(SECONDS, FS)))
    assert np.allclose(recording.acc, signals(SECONDS, FS), atol=1e-6)
    assert to_counts(recording).ppg.min() > 4096


@pytest.mark.parametrize(
    ("header", "per_g"),
    [
        ("time,ppg,acc_x,acc_y,acc_z", 1.0),
        ("time,green,ax [mg],ay [mg],az [mg]", 1000.0),
        ("t_s,bvp,Acc_X (m/s^2),Acc_Y (m/s^2),Acc_Z (m/s^2)", 9.80665),
        ("time,PPG,AccelerometerX,AccelerometerY,AccelerometerZ", 8192.0),
    ],
)
def test_acceleration_in_any_unit(tmp_path, header, per_g):
    path = tmp_path / "a.csv"
    path.write_text(lines(header, T, 2000 + 20 * pulse(SECONDS, FS), *(signals(SECONDS, FS).T * per_g)))
    (recording,) = read_csv(path)
    assert np.allclose(recording.acc, signals(SECONDS, FS), atol=1e-3)


def test_options_replace_what_the_names_say(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        lines("ppg1,ppg2,x,y,z", *[2000 + 20 * pulse(SECONDS, FS)] * 2, *(signals(SECONDS, FS).T * 9.8))
    )
    given = PpgScale(lsb=0.1, zero=5, why="")
    (recording,) = read_csv(path, fs_ppg=FS, acc_unit="m/s2", scale=given, subject="bob", name="one")
    assert (recording.subject, recording.name, recording.ppg_lsb, recording.ppg_zero) == (
        "bob",
        "one",
        0.1,
        5,
    )
    assert recording.ppg.shape[1] == 2 and recording.fs_acc == FS
    with pytest.raises(RecordingError, match="acceleration's unit: expected g or m/s2"):
        read_csv(path, fs_ppg=FS, acc_unit="furlong")
    with pytest.raises(RecordingError, match="a.csv: time: expected a column of that kind, found ppg1, ppg2"):
        read_csv(path)


def test_two_tables_of_two_rates(tmp_path):
    (tmp_path / "anna.csv").write_text(lines("time,ppg", T + 3, 2000 + 20 * pulse(SECONDS, FS)))
    t = np.arange(SECONDS * 25) / 25
    acc = tmp_path / "anna-acc.csv"
    acc.write_text(lines("time,x,y,z", t + 3.01, *signals(SECONDS, 25).T))
    for recording in (*read_csv(tmp_path / "anna.csv"), *read_csv(tmp_path / "anna.csv", acc)):
        assert (recording.fs_ppg, recording.fs_acc) == (FS, 25.0)
    assert [r.name for r in open_dataset("csv", tmp_path)] == ["anna"]


def test_rows_of_events_with_empty_cells(tmp_path):
    """Each row has what one sensor gave at its time, as a watch logs it."""
    t_acc = np.arange(SECONDS * 25) / 25 + 0.003
    rows = [(t, f"{t},{2000 + 20 * v},,,") for t, v in zip(T, pulse(SECONDS, FS), strict=True)]
    rows += [(t, f"{t},,{x},{y},{z}") for t, (x, y, z) in zip(t_acc, signals(SECONDS, 25), strict=True)]
    path = tmp_path / "a.csv"
    path.write_text("time,ppg,x,y,z\n" + "\n".join(text for _, text in sorted(rows)) + "\n")
    (recording,) = read_csv(path)
    assert (recording.fs_ppg, recording.fs_acc) == (FS, 25.0) and len(recording.acc) >= SECONDS * 25 - 1


def test_irregular_times_are_resampled(tmp_path):
    """Jitter of a third of a period: the pulse stays where it was in time."""
    t = T + np.random.default_rng(2).uniform(-0.33, 0.33, len(T)) / FS
    path = tmp_path / "a.csv"
    path.write_text(lines("time,ppg,x,y,z", t, 2000 + 200 * np.sin(9 * t), *signals(SECONDS, FS).T))
    (recording,) = read_csv(path)
    assert recording.fs_ppg == pytest.approx(FS, rel=0.01)
    grid = t[0] + np.arange(len(recording.ppg)) / recording.fs_ppg
    assert np.abs(recording.ppg[:, 0] - 2000 - 200 * np.sin(9 * grid)).max() < 10


@pytest.mark.parametrize("size", [10, 50])
@pytest.mark.parametrize("column", ["time_s", "time"])
def test_batches_with_one_stamp_are_spread(tmp_path, size, column):
    """Packets of so many samples, each stamped with the packet's arrival."""
    t = T[np.arange(len(T)) // size * size + size - 1]
    (recording,) = read_csv(write_csv(tmp_path / "a.csv", time=t, header=f"{column},ppg,x,y,z"))
    assert recording.fs_ppg == pytest.approx(FS, rel=1e-3) and len(recording.ppg) == len(T)
    first, second = read_csv(write_csv(tmp_path / "b.csv", time=t + np.where(T < 20, 0.0, 60.0)))
    assert first.seconds == pytest.approx(20, abs=0.1) and second.seconds == pytest.approx(20, abs=1.1)


def test_a_pause_makes_two_recordings(tmp_path):
    found = read_csv(write_csv(tmp_path / "a.csv", time=T + np.where(T < 20, 0.0, 60.0)))
    assert [r.name for r in found] == ["a-1", "a-2"] and found[0].seconds == pytest.approx(20, abs=0.1)


def test_semicolons_and_decimal_commas(tmp_path):
    path = write_csv(tmp_path / "a.csv")
    (plain,) = read_csv(path)
    path.write_text("\N{BOM}# made by a spreadsheet\n" + path.read_text().replace(",", ";").replace(".", ","))
    (recording,) = read_csv(path)
    np.testing.assert_array_equal(recording.acc, plain.acc)


BAD = {
    "empty": ("", "file"),
    "header only": ("time,ppg,x,y,z\n", "file"),
    "no header": ("1,2,3,4,5\n" * 9, "first line"),
    "no ppg": (lines("time,a,x,y,z", T, T, *signals(SECONDS, FS).T), "ppg"),
    "no z": (lines("time,ppg,x,y", T, T, T, T), "acceleration"),
    "cells": ("time,ppg,x,y,z\n1,2,3,4,5\n1,2,3,4\n1,2,3,4,5\n", "line 3"),
    "word": (lines("time,ppg,x,y,z", T, ["warm"] * len(T), *signals(SECONDS, FS).T), "ppg, line 2"),
    "slow": (lines("time_s,ppg,x,y,z", T * 50, T, *signals(SECONDS, FS).T), "rate of ppg"),
    "back": (lines("time_s,ppg,x,y,z", T[::-1], T, *signals(SECONDS, FS).T), "times of ppg"),
    "stopped clock": (lines("time,ppg,x,y,z", T * 0, T, *signals(SECONDS, FS).T), "time"),
    "flat": (lines("time,ppg,x,y,z", T, T * 0 + 7, *signals(SECONDS, FS).T), "ppg"),
    "no gravity": (lines("time,ppg,x,y,z", T, T, T * 0, T % 1 - 0.5, T * 0), "acc"),
    "short": (lines("time,ppg,x,y,z", T[:99], T[:99], *signals(SECONDS, FS)[:99].T), "times"),
    "binary": ("\0\1\2time", "file"),
}


@pytest.mark.parametrize("case", BAD)
def test_wrong_content(tmp_path, case):
    content, field = BAD[case]
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(RecordingError) as error:
        read_csv(path)
    assert error.value.where == str(path) and error.value.what == field and "\n" not in str(error.value)
