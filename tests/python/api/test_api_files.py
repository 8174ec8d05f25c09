# SPDX-License-Identifier: Apache-2.0
"""A file of any kind that people have becomes heart rate, in Python and in the shell."""

import csv
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import wrists

import wristpulse as wp
from wristpulse.api.command import main
from wristpulse.recordings import save_recording
from wristpulse_tools.tasks import recordings

PPG, ACC = wrists.ppg(40), wrists.acc(40)


def npz(folder: Path) -> Path:
    fields = {"ppg": PPG, "fs_ppg": 64.0, "acc": ACC, "fs_acc": 32.0}
    np.savez(folder / "anna.npz", format="pulse-recording-1", **fields)
    return folder / "anna.npz"


def e4_folder(folder: Path) -> Path:
    bvp = (PPG - PPG.mean()) / 16
    lines = ["1700000000.00", "64.000000", *(f"{x:.2f}" for x in bvp)]
    (folder / "BVP.csv").write_text("\n".join(lines))
    lines = [", ".join([word] * 3) for word in ("1700000000.00", "32.000000")]
    lines += [",".join(map(str, row)) for row in np.rint(64 * ACC).astype(int)]
    (folder / "ACC.csv").write_text("\n".join(lines))
    return folder


def e4_zip(folder: Path) -> Path:
    (folder / "session").mkdir()
    with zipfile.ZipFile(folder / "anna.zip", "w") as archive:
        for path in e4_folder(folder / "session").iterdir():
            archive.write(path, path.name)
    return folder / "anna.zip"


def table(folder: Path) -> Path:
    t, ppg = np.arange(40 * 50) / 50, wrists.ppg(40, 50)
    rows = np.column_stack([t, ppg, 9.80665 * wrists.acc(40, 50)])
    lines = [f"{a:.3f},{b:.0f},{x:.4f},{y:.4f},{z:.4f}" for a, b, x, y, z in rows]
    (folder / "anna.csv").write_text("\n".join(["time [s],ppg,x,y,z", *lines]))
    return folder / "anna.csv"


def polar(folder: Path) -> Path:
    head = "Phone timestamp;sensor timestamp [ns];"
    for name, columns, fs, values in (
        ("PPG", "channel 0;channel 1;channel 2;ambient", 55, wrists.ppg(40, 55)),
        ("ACC", "X [mg];Y [mg];Z [mg]", 52, 1000 * wrists.acc(40, 52)),
    ):
        values = np.tile(values[:, None], 3) if values.ndim == 1 else values
        values = np.column_stack([values, np.zeros(len(values))]) if name == "PPG" else values
        lines = [
            f"2023-11-14T22:13:20.000;{round(7e17 + n * 1e9 / fs)};" + ";".join(f"{x:.0f}" for x in row)
            for n, row in enumerate(values)
        ]
        (folder / f"anna_{name}.txt").write_text("\n".join([head + columns, *lines]))
    return folder / "anna_PPG.txt"


KINDS = [npz, e4_folder, e4_zip, table, polar]


@pytest.mark.parametrize("make", KINDS)
def test_a_file_is_told_by_what_it_holds(make, tmp_path) -> None:
    (recording,) = wp.read_file(make(tmp_path))
    hr = wp.estimate(recording)
    assert len(hr) in (18, 19) and hr.valid[6:].all()
    assert np.abs(hr.bpm[hr.valid] - wrists.BPM).max() < 2


def test_the_named_readers_read_the_same(tmp_path) -> None:
    for make, read in (
        (npz, lambda path: [wp.read_recording(path)]),
        (e4_zip, lambda path: [wp.read_e4(path)]),
        (table, wp.read_csv),
        (polar, wp.read_polar),
    ):
        folder = tmp_path / make.__name__
        folder.mkdir()
        path = make(folder)
        (by_kind,), (by_name,) = wp.read_file(path), read(path)
        assert np.array_equal(by_kind.ppg, by_name.ppg) and np.array_equal(by_kind.acc, by_name.acc)


def test_the_shell_prints_writes_and_draws(tmp_path, capsys) -> None:
    out, plot = tmp_path / "hr.csv", tmp_path / "hr.png"
    assert main(["estimate", str(e4_zip(tmp_path)), "--out", str(out), "--plot", str(plot), "--hops"]) == 0
    hr = wp.estimate(wp.read_e4(tmp_path / "anna.zip"))
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"anna: {hr.summary()}"
    assert printed[1].split() == ["time_s", "BPM", "confidence", "state"]
    assert len(printed) == 2 + len(hr) + 2 and printed[-2:] == [str(out), str(plot)]
    assert printed[2].split()[1:] == ["-", "-", "acquiring"]
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["bpm"] or "nan") for row in rows] == pytest.approx(hr.bpm, abs=0.05, nan_ok=True)
    assert [row["state"] for row in rows] == hr.state.tolist()
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_the_shell_scores_what_has_labels(tmp_path, capsys) -> None:
    recording = wp.simulate(1, 60)
    save_recording(tmp_path / "anna.npz", recording)
    assert main(["estimate", str(tmp_path / "anna.npz")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert second == f"sim1: against its labels: {wp.score(wp.estimate(recording), recording)}"


def test_the_shell_says_which_scale_a_dark_recording_needs(tmp_path, capsys) -> None:
    fields = {"ppg": np.round(PPG / 64), "fs_ppg": 64.0, "acc": ACC, "fs_acc": 32.0}
    dark = {"ppg_lsb": 1.0, "ppg_zero": 0}
    np.savez(tmp_path / "dark.npz", format="pulse-recording-1", **dark, **fields)
    assert main(["estimate", str(tmp_path / "dark.npz")]) == 0
    first, note = capsys.readouterr().out.splitlines()
    assert " 0 % valid" in first and "the device sees no contact; ppg_lsb=" in note
    lsb, zero = re.search(r"ppg_lsb=([\d.]+), ppg_zero=(\d+)", note).groups()
    lit = {"ppg_lsb": float(lsb), "ppg_zero": int(zero)}
    np.savez(tmp_path / "lit.npz", format="pulse-recording-1", **lit, **fields)
    assert wp.estimate(wp.read_recording(tmp_path / "lit.npz")).valid[6:].all()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"time,ppg\n1,2\n"])
@pytest.mark.parametrize("suffix", [".zip", ".npz", ".csv", ".bin"])
def test_the_shell_refuses_a_file_in_one_line(suffix, content, tmp_path, capsys) -> None:
    path = tmp_path / f"anna{suffix}"
    path.write_bytes(content)
    assert main(["estimate", str(path)]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1 and shown.err.startswith(f"error: {path}")


def test_the_shell_explains_itself(capsys) -> None:
    for arguments in (["-h"], ["estimate", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "FILE" in shown and "--out CSV" in shown and "--plot PNG" in shown and "--hops" in shown


def test_the_task_estimates_too(tmp_path, capsys) -> None:
    recordings.estimate.body(None, file=str(npz(tmp_path)))
    assert capsys.readouterr().out.startswith("anna: ")
