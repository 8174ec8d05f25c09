# SPDX-License-Identifier: Apache-2.0
"""What the page's readers take from files: the counts that Python's take, or one sentence."""

import io
import zipfile

import numpy as np
import pytest
from wrist_files import e4_zip, table, written

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import Recording, simulate
from wristpulse.recordings.exports.generic_csv import read_csv
from wristpulse.recordings.readers.arrays import load_recording, save_recording
from wristpulse.recordings.scale import acc_scale, ppg_scale

pytestmark = pytest.mark.browser


def check(part: dict, recording: Recording) -> None:
    stream = to_counts(recording)
    assert part["ppg"] == stream.ppg.tolist()
    assert part["acc"] == stream.acc.ravel().tolist()
    assert (part["ppgPeriodNs"], part["accPeriodNs"]) == tuple(
        round(1e9 / fs) for fs in (recording.fs_ppg, recording.fs_acc)
    )


@pytest.mark.parametrize("late_s", [0.0, 1.5])
def test_e4(read, late_s) -> None:
    content, recording = e4_zip(seconds=30.0, acc_late_s=late_s)
    check(read(anna_zip=content)["parts"][0], recording)


def test_e4_unpacked(read) -> None:
    content, recording = e4_zip(seconds=30.0)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {f"{name}_csv": archive.read(f"export/{name}.csv") for name in ("ACC", "BVP")}
    check(read(**files)["parts"][0], recording)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables(read, delimiter) -> None:
    content, recording = table(seconds=20.0)
    if delimiter == ";":
        content = content.replace(",", ";").replace(".", ",")
    content = "# from a phone\n" + content.replace(",", delimiter if delimiter == "\t" else ",")
    found = read(anna_csv=content)
    check(found["parts"][0], recording)
    assert "m/s2" in found["notes"][1]


def test_two_tables(read) -> None:
    content, recording = table(seconds=20.0)
    rows = [line.split(",") for line in content.splitlines()]
    light = "\n".join(",".join(row[:2]) for row in rows)
    motion = "\n".join(",".join([row[0], *row[2:]]) for row in rows)
    check(read(anna__acc_csv=motion, anna_csv=light)["parts"][0], recording)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["<f4", "<f8", ">f4", "<f2"])
def test_own_recordings(read, tmp_path, kind, order) -> None:
    wrist = simulate(3, 20)
    path = tmp_path / "own.npz"
    np.savez(
        path,
        format="pulse-recording-1",
        ppg=wrist.ppg[:, 0].astype(np.int32),
        fs_ppg=64,
        acc=np.asarray(np.rint(wrist.acc * 64) / 64, dtype=kind, order=order),
        fs_acc=np.float32(32),
        hr=np.array([70.0, 300.0, 80.0]),
        name="a wrist, na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve",
    )
    found = read(own_npz=path.read_bytes())
    check(found["parts"][0], load_recording(path))
    assert found["name"] == "a wrist, na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve"
    assert found["parts"][0]["reference"] == [70, None, 80]


def uneven(kind: str) -> str:
    """A table whose times are not those of a fixed rate."""
    content, _ = table(seconds=60.0)
    head, *rows = content.splitlines()
    rng = np.random.default_rng(1)
    out, late = [head if kind != "unix ms" else head.replace("time", "timestamp")], 0.0
    for i, row in enumerate(rows):
        time, rest = row.split(",", 1)
        t = float(time)
        if kind == "jitter":
            t += rng.uniform(-0.008, 0.008)
        if kind == "pauses" and i in (700, 1900):
            late += 3.0
        if kind == "batches":
            t = np.ceil(t / 0.2) * 0.2
        if kind == "lost" and rng.random() < 0.02:
            continue
        stamp = f"{1.7e12 + 1000 * t:.0f}" if kind == "unix ms" else f"{t + late:.4f}"
        out.append(f"{stamp},{rest}")
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("kind", ["even", "jitter", "pauses", "batches", "lost", "unix ms"])
def test_times_become_what_python_makes_of_them(read, tmp_path, kind) -> None:
    content = uneven(kind)
    expected = read_csv(written(tmp_path / "anna.csv", content))
    found = read(anna_csv=content)["parts"]
    assert len(found) == len(expected) == (3 if kind == "pauses" else 1)
    for part, recording in zip(found, expected, strict=True):
        check(part, recording)


SIGNALS = {
    "counts": lambda x: 90_000 + np.rint(900 * x),
    "12 bits": lambda x: 2000 + np.rint(40 * x),
    "millivolts": lambda x: 1.2 + 0.02 * x,
    "high-passed": lambda x: 35.7 * x,
    "small": lambda x: 1e-6 * x,
    "below zero": lambda x: -500 + 3 * x,
    "over 18 bits": lambda x: 3e6 + 1e4 * x,
}


@pytest.mark.parametrize("kind", SIGNALS)
def test_the_scale_is_python_s(modules, kind) -> None:
    rng = np.random.default_rng(7)
    x = np.sin(np.arange(1000) / 7) + 0.1 * rng.standard_normal(1000)
    ppg = SIGNALS[kind](x)
    expected = ppg_scale(ppg, 50.0)
    found = modules.run(
        "scale.js", "return it.ppgScale('f', [Float64Array.from(given[0])], 50);", ppg.tolist()
    )
    assert (found["lsb"], found["zero"]) == (expected.lsb, expected.zero)


@pytest.mark.parametrize("unit", [1.0, 9.80665, 64.0, 1000.0, 4096.0, 16384.0])
def test_the_unit_of_acceleration_is_python_s(modules, unit) -> None:
    acc = unit * simulate(3, 20).acc.astype(float) * 1.04
    axes = [axis.tolist() for axis in acc.T]
    body = "return it.accScale('f', given[0].map((a) => Float64Array.from(a)), 32);"
    assert modules.run("scale.js", body, axes)["perG"] == acc_scale(acc, 32.0).per_g == unit


def test_a_recording_that_loads_survives_the_archive_forms(read, tmp_path) -> None:
    recording = simulate(8, 20)
    save_recording(tmp_path / "a.npz", recording)
    packed = (tmp_path / "a.npz").read_bytes()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(file, "w") as new:
        new.comment = b"kept by hand"
        for name in old.namelist():
            new.writestr(name, old.read(name))
    check(read(a_npz=file.getvalue())["parts"][0], recording)
